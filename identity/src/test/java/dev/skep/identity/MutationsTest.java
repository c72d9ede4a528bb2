package dev.skep.identity;

import static dev.skep.identity.TestCluster.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What a stranger or a broken disk may hand in: texts with bits turned, bytes gone, doubled or
 * moved. They are refused in words, or read as something whole; nothing else comes out.
 */
class MutationsTest {
  private static final int MUTATIONS = 2000;

  private final TestCluster cluster = new TestCluster("c1", 1);
  private final NodeCertificate node = cluster.manager("n1");
  private final Random random = new Random(42);

  @Test
  void requests() {
    String pem = NodeKeyPair.create(cluster.random).request(cluster.random).pem();
    int refused =
        refusals(
            pem,
            text -> {
              CertificateRequest read = CertificateRequest.parse(text);
              cluster.authority.sign(
                  read,
                  node.name(),
                  NodeAddresses.of(List.of("h1")),
                  Authority.EXPIRY_MIN,
                  NOW,
                  cluster.random);
            });
    // The signature covers all but itself, and the text around the block.
    assertThat(refused).isGreaterThan(MUTATIONS * 8 / 10);
  }

  @Test
  void chains() {
    assertThat(refusals(node.chain().pem(), CertificateChain::parse)).isPositive();
  }

  @Test
  void roots() {
    String pem = cluster.authority.root().pem();
    assertThat(
            refusals(pem, text -> RootCertificate.parseAll(text).forEach(RootCertificate::digest)))
        .isPositive();
  }

  @Test
  void keys() {
    String chain = node.chain().pem();
    assertThat(refusals(node.privateKeyPem(), text -> NodeCertificate.parse(chain, text)))
        .isPositive();
  }

  private int refusals(String pem, Consumer<String> read) {
    List<String> lines = pem.lines().toList();
    String label = lines.getFirst().replaceAll("-----(BEGIN )?", "");
    byte[] der =
        Base64.getMimeDecoder().decode(String.join("", lines.subList(1, lines.size() - 1)));
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      String text = i % 4 == 0 ? mutated(pem) : Pem.write(label, mutated(der));
      try {
        read.accept(text);
      } catch (IdentityException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("mutation %d:%n%s".formatted(i, text), e);
      }
    }
    return refused;
  }

  private String mutated(String text) {
    StringBuilder next = new StringBuilder(text);
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(next.length());
      if (next.length() < 2) {
        break;
      }
      switch (random.nextInt(4)) {
        case 0 -> next.setCharAt(at, (char) random.nextInt(256));
        case 1 -> next.deleteCharAt(at);
        case 2 -> next.insert(at, "\n-----BEGIN X: y\n".charAt(random.nextInt(17)));
        default -> next.setLength(Math.max(1, at));
      }
    }
    return next.toString();
  }

  private byte[] mutated(byte[] der) {
    List<Byte> next = new ArrayList<>();
    for (byte one : der) {
      next.add(one);
    }
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(next.size());
      switch (random.nextInt(4)) {
        case 0 -> next.set(at, (byte) random.nextInt(256));
        case 1 -> next.set(at, (byte) (next.get(at) ^ (1 << random.nextInt(8))));
        case 2 -> next.add(at, (byte) random.nextInt(256));
        default -> {
          if (next.size() > 1) {
            next.remove(at);
          }
        }
      }
    }
    byte[] bytes = new byte[next.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = next.get(i);
    }
    return bytes;
  }
}
