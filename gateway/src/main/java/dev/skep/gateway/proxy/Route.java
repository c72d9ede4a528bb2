package dev.skep.gateway.proxy;

import java.util.function.Consumer;

/**
 * Where a request goes.
 *
 * @param to who answers it
 * @param uri the target to ask for
 * @param apiVersion hears of the {@code Api-Version} header of the answer, if it has one
 */
record Route(ApiEndpoint to, String uri, Consumer<String> apiVersion) {}
