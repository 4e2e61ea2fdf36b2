package dev.carillon.filter.cel;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.ast.CelMutableExpr.CelMutableCall;
import dev.cel.common.ast.CelMutableExpr.CelMutableComprehension;
import dev.cel.common.ast.CelMutableExpr.CelMutableIdent;
import dev.cel.common.ast.CelMutableExpr.CelMutableMap;
import dev.cel.common.ast.CelMutableExpr.CelMutableSelect;
import dev.cel.common.values.NullValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the parts out of an expression that depend on the reader alone, and makes a tag that a
 * message does not have null, so that it is equal to nothing, as in the filters of core. Confined
 * to one compilation.
 */
final class Rewriting {
  private static final Set<String> RESERVED =
      Set.of(
          Expressions.TAGS,
          Expressions.CLAIMS,
          Expressions.EVENT,
          Expressions.KEY,
          Expressions.SENDER);

  /** The expression asks for something that is not offered. */
  static final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;

    Unfit(String message) {
      super(message);
    }
  }

  private final List<CelMutableExpr> parts = new ArrayList<>();
  private boolean inLoop;

  /** Behind all numbers that the parser gave out. */
  private long ids = 1_000_000;

  /** The parts that were taken out, in the order of their names. */
  List<CelMutableExpr> parts() {
    return parts;
  }

  /** Rewrites in place. */
  void rewrite(CelMutableExpr node) throws Unfit {
    Set<String> free = new HashSet<>();
    collectFree(node, free);
    if (free.equals(Set.of(Expressions.CLAIMS))) {
      checkLoops(node);
      take(node);
      return;
    }
    CelMutableExpr tag = tagName(node);
    if (tag != null) {
      rewrite(tag);
      orNull(node, tag);
      return;
    }
    for (CelMutableExpr child : children(node)) {
      boolean loop = node.getKind() == Kind.COMPREHENSION;
      if (loop) {
        enterLoop(node.comprehension());
      }
      boolean before = inLoop;
      inLoop |= loop;
      rewrite(child);
      inLoop = before;
    }
  }

  private void enterLoop(CelMutableComprehension loop) throws Unfit {
    if (inLoop) {
      throw new Unfit("all, exists and exists_one cannot stand within each other");
    }
    if (RESERVED.contains(loop.iterVar()) || RESERVED.contains(loop.iterVar2())) {
      throw new Unfit("a variable of all, exists or exists_one needs a name of its own");
    }
  }

  /** What is taken out is not walked through, but bound by the same rules. */
  private void checkLoops(CelMutableExpr node) throws Unfit {
    boolean before = inLoop;
    if (node.getKind() == Kind.COMPREHENSION) {
      enterLoop(node.comprehension());
      inLoop = true;
    }
    for (CelMutableExpr child : children(node)) {
      checkLoops(child);
    }
    inLoop = before;
  }

  private void take(CelMutableExpr node) throws Unfit {
    if (parts.size() == Expressions.MAX_PARTS) {
      throw new Unfit("it looks at claims in more than " + Expressions.MAX_PARTS + " places");
    }
    String name = Expressions.PART + parts.size();
    parts.add(CelMutableExpr.newInstance(node));
    node.setIdent(CelMutableIdent.create(name));
  }

  /** The name in {@code tags.name} or {@code tags["name"]}, or null when the node is neither. */
  private @Nullable CelMutableExpr tagName(CelMutableExpr node) {
    if (node.getKind() == Kind.SELECT) {
      CelMutableSelect select = node.select();
      return !select.testOnly() && isTags(select.operand())
          ? CelMutableExpr.ofConstant(ids++, CelConstant.ofValue(select.field()))
          : null;
    }
    boolean indexed =
        node.getKind() == Kind.CALL
            && node.call().function().equals("_[_]")
            && isTags(node.call().args().get(0));
    return indexed ? node.call().args().get(1) : null;
  }

  private static boolean isTags(CelMutableExpr node) {
    return node.getKind() == Kind.IDENT && node.ident().name().equals(Expressions.TAGS);
  }

  /** {@code name in tags ? dyn(tags[name]) : null}. */
  private void orNull(CelMutableExpr node, CelMutableExpr name) {
    CelMutableExpr there = call("@in", CelMutableExpr.newInstance(name), tags());
    // A node's number stands for one place.
    there.call().args().get(0).setId(ids++);
    CelMutableExpr value = call("dyn", call("_[_]", tags(), name));
    CelMutableExpr none =
        CelMutableExpr.ofConstant(ids++, CelConstant.ofValue(NullValue.NULL_VALUE));
    node.setCall(CelMutableCall.create("_?_:_", there, value, none));
  }

  private CelMutableExpr tags() {
    return CelMutableExpr.ofIdent(ids++, Expressions.TAGS);
  }

  private CelMutableExpr call(String function, CelMutableExpr... arguments) {
    return CelMutableExpr.ofCall(ids++, CelMutableCall.create(function, arguments));
  }

  private static void collectFree(CelMutableExpr node, Set<String> free) {
    switch (node.getKind()) {
      case IDENT -> free.add(node.ident().name());
      case COMPREHENSION -> {
        CelMutableComprehension loop = node.comprehension();
        Set<String> within = new HashSet<>();
        collectFree(loop.loopCondition(), within);
        collectFree(loop.loopStep(), within);
        collectFree(loop.result(), within);
        within.remove(loop.iterVar());
        within.remove(loop.iterVar2());
        within.remove(loop.accuVar());
        free.addAll(within);
        collectFree(loop.iterRange(), free);
        collectFree(loop.accuInit(), free);
      }
      default -> {
        for (CelMutableExpr child : childrenOrNone(node)) {
          collectFree(child, free);
        }
      }
    }
  }

  private static List<CelMutableExpr> children(CelMutableExpr node) throws Unfit {
    if (node.getKind() == Kind.STRUCT) {
      throw new Unfit("it makes a message, and there are none here");
    }
    return childrenOrNone(node);
  }

  private static List<CelMutableExpr> childrenOrNone(CelMutableExpr node) {
    return switch (node.getKind()) {
      case SELECT -> List.of(node.select().operand());
      case CALL -> {
        var all = new ArrayList<CelMutableExpr>();
        node.call().target().ifPresent(all::add);
        all.addAll(node.call().args());
        yield all;
      }
      case LIST -> node.list().elements();
      case MAP -> {
        var all = new ArrayList<CelMutableExpr>();
        for (CelMutableMap.Entry entry : node.map().entries()) {
          all.add(entry.key());
          all.add(entry.value());
        }
        yield all;
      }
      case COMPREHENSION -> {
        CelMutableComprehension loop = node.comprehension();
        yield List.of(
            loop.iterRange(),
            loop.accuInit(),
            loop.loopCondition(),
            loop.loopStep(),
            loop.result());
      }
      case CONSTANT, IDENT, NOT_SET, STRUCT -> List.of();
    };
  }
}
