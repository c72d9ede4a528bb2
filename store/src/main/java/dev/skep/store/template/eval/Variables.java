package dev.skep.store.template.eval;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.parse.TemplateNode.Pipeline;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import java.util.ArrayList;
import java.util.List;

/** The variables of one template while it is walked, the inner ones last. */
final class Variables {
  private record Variable(String name, Value value) {}

  private final List<Variable> all = new ArrayList<>();

  Variables(Value root) {
    all.add(new Variable("$", root));
  }

  int mark() {
    return all.size();
  }

  void pop(int mark) {
    all.subList(mark, all.size()).clear();
  }

  void declare(String name, Value value) {
    all.add(new Variable(name, value));
  }

  void set(String name, Value value) {
    all.set(place(name), new Variable(name, value));
  }

  Value get(String name) {
    return all.get(place(name)).value();
  }

  /** The key and the element of a loop's turn, or the element alone. */
  void setLoop(Pipeline pipeline, Value key, Value element) {
    List<String> names = pipeline.variables();
    for (int i = 0; i < names.size(); i++) {
      Value value = i == names.size() - 1 ? element : key;
      if (pipeline.assigns()) {
        set(names.get(i), value);
      } else {
        declare(names.get(i), value);
      }
    }
  }

  private int place(String name) {
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new TemplateException("undefined variable: %s", GoString.java(name));
  }
}
