package dev.skep.store.template.eval;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.parse.Lexer;
import dev.skep.store.template.parse.TemplateNode;
import dev.skep.store.template.parse.TemplateNode.Block;
import dev.skep.store.template.parse.TemplateNode.Call;
import dev.skep.store.template.parse.TemplateNode.Jump;
import dev.skep.store.template.parse.TemplateNode.Keyword;
import dev.skep.store.template.parse.TemplateNode.Literal;
import dev.skep.store.template.parse.TemplateNode.Output;
import dev.skep.store.template.parse.TemplateNode.Pipeline;
import dev.skep.store.template.parse.TemplateNode.Sequence;
import dev.skep.store.template.parse.TemplateNode.Source;
import dev.skep.store.template.printf.Sprint;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import dev.skep.store.template.value.Work;
import java.util.Map;
import java.util.function.Function;

/** One walk through a template, writing what it makes. */
public final class Execution {
  /** What a template may make at most, in bytes: more than the largest config. */
  private static final int MAX_LENGTH = 4_000_000;

  /** Templates that call one another deeper than this never end. */
  private static final int MAX_CALLS = 100;

  /** How the walk goes on behind a node. */
  private enum Course {
    ON,
    BREAK,
    CONTINUE
  }

  private final String name;
  private final String text;
  private final Map<String, Sequence> named;
  private final Map<String, Function<String, String>> own;
  private final Work work = new Work();
  private final Sprint sprint = new Sprint(work);
  private final StringBuilder out = new StringBuilder();
  private int calls;

  public Execution(
      String name,
      String text,
      Map<String, Sequence> named,
      Map<String, Function<String, String>> own) {
    this.name = name;
    this.text = text;
    this.named = named;
    this.own = own;
  }

  public String run(Sequence main, Value root) {
    try {
      enter(name, main, root);
    } catch (Evaluation.Fault e) {
      throw e.because.after(
          place(e.source) + ": executing \"%s\" at <%s>: ", e.in, shown(e.source));
    }
    return out.toString();
  }

  /** The line, from 1, and the byte in it, from 0, as Go counts. */
  private String place(Source source) {
    int line = text.lastIndexOf('\n', source.from() - 1);
    return Lexer.line(text, source.from()) + ":" + (source.from() - line - 1);
  }

  private String shown(Source source) {
    return GoString.java(text.substring(source.from(), Math.max(source.from(), source.to())))
        .strip();
  }

  private void enter(String in, Sequence body, Value data) {
    Evaluation evaluation = new Evaluation(in, data, new Functions(work, sprint, own), work);
    walk(body, data, evaluation);
  }

  private Course walk(Sequence sequence, Value dot, Evaluation in) {
    for (TemplateNode node : sequence.nodes()) {
      work.step();
      Course course =
          switch (node) {
            case Literal literal -> write(literal.text());
            case Output output -> {
              Value value = in.value(output.pipeline(), dot);
              yield output.pipeline().variables().isEmpty()
                  ? write(sprint.printed(value))
                  : Course.ON;
            }
            case Block block -> block(block, dot, in);
            case Call call -> call(call, dot, in);
            case Jump jump -> jump.out() ? Course.BREAK : Course.CONTINUE;
          };
      if (course != Course.ON) {
        return course;
      }
    }
    return Course.ON;
  }

  private Course write(String made) {
    work.spend(made.length());
    if (out.length() + made.length() > MAX_LENGTH) {
      throw new TemplateException("it makes more than " + MAX_LENGTH + " bytes");
    }
    out.append(made);
    return Course.ON;
  }

  private Course block(Block block, Value dot, Evaluation in) {
    int mark = in.variables().mark();
    try {
      Value value = in.value(block.pipeline(), dot, block.keyword() != Keyword.RANGE);
      return switch (block.keyword()) {
        case IF -> walk(value.truth() ? block.body() : block.otherwise(), dot, in);
        case WITH ->
            value.truth() ? walk(block.body(), value, in) : walk(block.otherwise(), dot, in);
        case RANGE -> range(block, value, dot, in);
      };
    } finally {
      in.variables().pop(mark);
    }
  }

  /** One turn of a loop. */
  private final class Loop {
    final Block block;
    final Evaluation in;
    boolean any;

    Loop(Block block, Evaluation in) {
      this.block = block;
      this.in = in;
    }

    /** Whether the loop goes on. */
    boolean turn(Value key, Value element) {
      any = true;
      work.step();
      int mark = in.variables().mark();
      try {
        in.variables().setLoop(block.pipeline(), key, element);
      } catch (TemplateException e) {
        throw in.fault(block.pipeline().source(), e);
      }
      Course course = walk(block.body(), element, in);
      in.variables().pop(mark);
      return course != Course.BREAK;
    }
  }

  private Course range(Block block, Value value, Value dot, Evaluation in) {
    Loop loop = new Loop(block, in);
    switch (value) {
      case Value.Items items -> {
        for (int i = 0; i < items.texts().size(); i++) {
          if (!loop.turn(Value.of(i), new Value.Text(items.texts().get(i)))) {
            break;
          }
        }
      }
      case Value.Dict dict -> {
        for (Map.Entry<String, String> entry : dict.texts().entrySet()) {
          if (!loop.turn(new Value.Text(entry.getKey()), new Value.Text(entry.getValue()))) {
            break;
          }
        }
      }
      case Value.Int number -> {
        if (block.pipeline().variables().size() > 1) {
          throw in.fault(
              block.pipeline().source(),
              new TemplateException(
                  "can't use %s to iterate over more than one variable", number.number()));
        }
        for (long i = 0; i < number.number(); i++) {
          Value element = new Value.Int(i, number.octet());
          if (!loop.turn(element, element)) {
            break;
          }
        }
      }
      case Value.Nothing _ -> {}
      case Value.Text _, Value.Real _, Value.Bool _, Value.Struct _ ->
          throw in.fault(
              block.pipeline().source(),
              new TemplateException("range can't iterate over %s", sprint.printed(value)));
    }
    return loop.any ? Course.ON : walk(block.otherwise(), dot, in);
  }

  private Course call(Call call, Value dot, Evaluation in) {
    Sequence body = named.get(call.name());
    if (body == null) {
      throw in.fault(
          call.source(),
          new TemplateException("template \"%s\" not defined", GoString.java(call.name())));
    }
    if (++calls > MAX_CALLS) {
      throw in.fault(call.source(), new TemplateException("exceeded maximum template depth (100)"));
    }
    Pipeline argument = call.argument();
    Value data = argument == null ? Value.Nothing.NOTHING : in.value(argument, dot);
    enter(GoString.java(call.name()), body, data);
    calls--;
    return Course.ON;
  }
}
