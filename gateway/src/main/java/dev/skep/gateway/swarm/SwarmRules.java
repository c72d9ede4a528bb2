package dev.skep.gateway.swarm;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoFormat;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.Membership.JoinRequest;
import dev.skep.store.membership.SwarmDefaults;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Cluster.CaConfig;
import dev.skep.store.model.Cluster.ClusterSpec;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What requests to found, join or change a swarm may hold. */
final class SwarmRules {
  static final String NO_AUTOLOCK =
      "AutoLockManagers is not supported: Skep keeps no key that could lock its store; leave"
          + " autolock off";

  private static final long MIN_CERT_EXPIRY_NANOS = 3_600_000_000_000L;
  private static final Set<String> AVAILABILITIES = Set.of("", "active", "pause", "drain");
  private static final Pattern ADDRESS =
      Pattern.compile("(\\[[^\\]]+\\]|[^:\\s]*)(:\\d{1,5})?|[^:\\s]+");
  private static final Pattern CIDR =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");
  private static final int MAX_OCTET = 255;
  private static final int MAX_PREFIX = 32;
  private static final int MAX_SUBNET = 30;
  private static final int MIN_DATA_PORT = 1024;
  private static final int MAX_DATA_PORT = 49_151;

  private SwarmRules() {}

  static void check(InitRequest request) {
    address("ListenAddr", orEmpty(request.listenAddr()), false);
    address("AdvertiseAddr", orEmpty(request.advertiseAddr()), true);
    address("DataPathAddr", orEmpty(request.dataPathAddr()), true);
    if (isZero(orEmpty(request.advertiseAddr()))) {
      throw ApiError.badRequest("advertise address must be a non-zero IP address");
    }
    if (isZero(orEmpty(request.dataPathAddr()))) {
      throw ApiError.badRequest("data path address must be a non-zero IP");
    }
    availability(orEmpty(request.availability()));
    if (Boolean.TRUE.equals(request.autoLockManagers())) {
      throw ApiError.notImplemented(NO_AUTOLOCK);
    }
    pools(request.defaultAddrPool(), request.subnetSize());
    int port = request.dataPathPort() == null ? 0 : request.dataPathPort();
    if (port != 0 && (port < MIN_DATA_PORT || port > MAX_DATA_PORT)) {
      throw ApiError.badRequest(
          "Data path port must be between %d and %d".formatted(MIN_DATA_PORT, MAX_DATA_PORT));
    }
    check(SwarmDefaults.complete(request.spec()));
  }

  static void check(JoinRequest request) {
    address("ListenAddr", orEmpty(request.listenAddr()), false);
    address("AdvertiseAddr", orEmpty(request.advertiseAddr()), true);
    address("DataPathAddr", orEmpty(request.dataPathAddr()), true);
    availability(orEmpty(request.availability()));
    List<String> remotes = request.remoteAddrs() == null ? List.of() : request.remoteAddrs();
    if (remotes.isEmpty()) {
      throw ApiError.badRequest("at least 1 RemoteAddr is required to join");
    }
    remotes.forEach(remote -> address("remoteAddr", remote, false));
    if (orEmpty(request.joinToken()).isEmpty()) {
      throw ApiError.invalidArgument(
          "A valid join token is necessary to join this cluster; \"docker swarm join-token worker\" on"
              + " a manager shows it");
    }
  }

  /** Checks a completed spec. */
  static void check(ClusterSpec spec) {
    if (!spec.name().equals(SwarmDefaults.NAME)) {
      throw ApiError.badRequest("swarm spec must be named \"" + SwarmDefaults.NAME + "\"");
    }
    if (spec.encryptionConfig() != null && spec.encryptionConfig().autoLockManagers()) {
      throw ApiError.notImplemented(NO_AUTOLOCK);
    }
    if (spec.dispatcher() != null
        && spec.dispatcher().heartbeatPeriod() != null
        && spec.dispatcher().heartbeatPeriod() < 0) {
      throw ApiError.invalidArgument("heartbeat time period cannot be a negative duration");
    }
    if (spec.caConfig() != null) {
      ca(spec.caConfig());
    }
  }

  private static void ca(CaConfig ca) {
    if (ca.nodeCertExpiry() != null && ca.nodeCertExpiry() < MIN_CERT_EXPIRY_NANOS) {
      throw ApiError.invalidArgument("minimum certificate expiry time is: 1h0m0s");
    }
    boolean external = ca.externalCas() != null && !ca.externalCas().isEmpty();
    boolean own =
        !orEmpty(ca.signingCaCert()).isEmpty()
            || (ca.signingCaKey() != null && !ca.signingCaKey().text().isEmpty());
    if (external || own || ca.forceRotate() != null) {
      throw ApiError.notImplemented(
          "%s in CAConfig is not supported: this version of Skep has no cluster CA; leave it out"
              .formatted(external ? "ExternalCAs" : own ? "SigningCACert" : "ForceRotate"));
    }
  }

  private static void availability(String given) {
    if (!AVAILABILITIES.contains(given)) {
      throw ApiError.badRequest("invalid Availability: " + GoFormat.quote(given));
    }
  }

  private static void address(String field, String given, boolean optional) {
    if (given.isEmpty()) {
      if (optional) {
        return;
      }
      throw ApiError.badRequest("invalid " + field + " \"\": invalid empty address");
    }
    if (!ADDRESS.matcher(given).matches()) {
      throw ApiError.badRequest(
          "invalid "
              + field
              + " "
              + GoFormat.quote(given)
              + ": Invalid bind address format: "
              + given);
    }
  }

  private static boolean isZero(String address) {
    return address.equals("0.0.0.0") || address.startsWith("0.0.0.0:") || address.equals("::");
  }

  private static void pools(@Nullable List<String> pools, @Nullable Integer subnetSize) {
    int size = subnetSize == null || subnetSize == 0 ? Cluster.DEFAULT_SUBNET_SIZE : subnetSize;
    if (size < 1 || size > MAX_SUBNET) {
      throw ApiError.badRequest(
          "subnet size should be greater than 0 and less than or equal to " + MAX_SUBNET);
    }
    for (String pool : pools == null ? List.<String>of() : pools) {
      var match = CIDR.matcher(pool);
      boolean valid = match.matches() && Integer.parseInt(match.group(5)) <= MAX_PREFIX;
      for (int i = 1; valid && i <= 4; i++) {
        valid = Integer.parseInt(match.group(i)) <= MAX_OCTET;
      }
      if (!valid) {
        throw ApiError.badRequest(
            "invalid default address pool " + GoFormat.quote(pool) + ": must be an IPv4 CIDR");
      }
      if (Integer.parseInt(match.group(5)) > size) {
        throw ApiError.badRequest(
            "invalid default address pool %s: smaller than subnets of size /%d"
                .formatted(GoFormat.quote(pool), size));
      }
    }
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
