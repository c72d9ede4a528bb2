package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.TryCatchBlock;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Vert.x's {@code await()} declares nothing and throws what the future failed with, checked
 * exceptions too. Who catches RuntimeException alone around it lets an IOException pass.
 */
class AwaitBoundaryTest {
  @Test
  void who_awaits_catches_what_a_future_can_fail_with() {
    assertThat(narrow(new ClassFileImporter().importPackages("dev.skep"))).isEmpty();
  }

  @Test
  void one_that_does_not_is_found() {
    assertThat(narrow(new ClassFileImporter().importClasses(TooNarrow.class)))
        .singleElement()
        .asString()
        .contains(TooNarrow.class.getSimpleName() + ".indirect");
  }

  /** The try blocks that await, by a call or two within their class, and catch too little. */
  private static List<String> narrow(JavaClasses classes) {
    Set<JavaCodeUnit> waiting = waiting(classes);
    return codeUnits(classes)
        .filter(unit -> classes.size() == 1 || !unit.getOwner().isEquivalentTo(TooNarrow.class))
        .flatMap(unit -> unit.getTryCatchBlocks().stream())
        .filter(block ->
            block.getCaughtThrowables().stream()
                    .anyMatch(caught -> caught.isEquivalentTo(RuntimeException.class))
                && block.getAccessesContainedInTryBlock().stream()
                    .anyMatch(access ->
                        access instanceof JavaMethodCall call
                            && (isAwait(call) || leadsTo(waiting, call))))
        .map(AwaitBoundaryTest::place)
        .toList();
  }

  private static Set<JavaCodeUnit> waiting(JavaClasses classes) {
    Set<JavaCodeUnit> waiting = new HashSet<>();
    int before;
    do {
      before = waiting.size();
      codeUnits(classes)
          .filter(unit ->
              unit.getMethodCallsFromSelf().stream()
                  .anyMatch(call -> isAwait(call) || leadsTo(waiting, call)))
          .forEach(waiting::add);
    } while (waiting.size() > before);
    return waiting;
  }

  /** Within a class only: beyond, a method's own docstring says what it throws. */
  private static boolean leadsTo(Set<JavaCodeUnit> waiting, JavaMethodCall call) {
    return call.getOriginOwner().equals(call.getTargetOwner())
        && call.getTarget().resolveMember().filter(waiting::contains).isPresent();
  }

  private static boolean isAwait(JavaMethodCall call) {
    return call.getName().equals("await") && call.getTargetOwner().isAssignableTo(Future.class);
  }

  private static Stream<JavaCodeUnit> codeUnits(JavaClasses classes) {
    return classes.stream().flatMap(one -> one.getCodeUnits().stream());
  }

  private static String place(TryCatchBlock block) {
    return block.getOwner().getFullName() + " " + block.getSourceCodeLocation();
  }

  /** What the rule is to find. */
  static final class TooNarrow {
    private TooNarrow() {}

    static String indirect(Future<String> future) {
      try {
        return direct(future);
      } catch (RuntimeException e) {
        return "failed";
      }
    }

    private static String direct(Future<String> future) {
      return future.await();
    }
  }
}
