/**
 * Who is who in a cluster: its certificate authority, nodes' certificates, and their files.
 *
 * <p>Start at {@link dev.skep.identity.Authority}, which signs a {@link
 * dev.skep.identity.CertificateRequest} for a {@link dev.skep.identity.NodeName}; then {@link
 * dev.skep.identity.NodeCertificate}, what a node has of it. {@code identity.tls} makes TLS of
 * them.
 *
 * <p>This room knows certificates and keys. It must never know how they travel or where the store
 * keeps them, nor anything else of Skep's. No private key is in a log, a message or a {@code
 * toString}.
 */
@NullMarked
package dev.skep.identity;

import org.jspecify.annotations.NullMarked;
