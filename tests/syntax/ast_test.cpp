// Precedence, printing, cloning, walking.
#include <gtest/gtest.h>

#include "ast/visitor.h"
#include "front_end.h"

namespace coretap {
namespace {

/// Both texts are the same expression.
void expect_same(const std::string& plain, const std::string& parenthesised) {
  FrontEnd one, two;
  auto a = one.parse("probe begin { " + plain + " }");
  auto b = two.parse("probe begin { " + parenthesised + " }");
  EXPECT_EQ(one.messages() + two.messages(), "");
  EXPECT_TRUE(ast::equal(*a, *b)) << plain << "\nis " << ast::dump(*a);
}

// Each right side is what Debian's stap -p1 prints for the left one.
TEST(Precedence, IsStapsAndNotCs) {
  expect_same("x = a == 2 in b", "x = (a == 2) in b");
  expect_same("x = a & b == c", "x = a & (b == c)");
  expect_same("x = 1 + 2 . 3 << 4", "x = ((1 + 2) . 3) << 4");
  expect_same("x = 1 . 2 + 3", "x = 1 . (2 + 3)");
  expect_same("x = 1 == 2 != 3 < 4", "x = ((1 == 2) != 3) < 4");
  expect_same("x = a && b in c || d", "x = (a && (b in c)) || d");
  expect_same("x = a | b in c", "x = a | (b in c)");
  expect_same("x = !a in b", "x = (!a) in b");
  expect_same("x = 1 >= 2 & 3 | 4 ^ 5 && 6", "x = (((1 >= 2) & 3) | (4 ^ 5)) && 6");
  expect_same("x = a . b =~ \"c\"", "x = (a . b) =~ \"c\"");
  expect_same("x = a ? b : c ? d : e", "x = a ? b : (c ? d : e)");
  expect_same("x = a ? b ? c : d : e", "x = a ? (b ? c : d) : e");
  expect_same("a = b ? c = d : e", "a = (b ? (c = d) : e)");
  expect_same("a = b <<< c", "a = (b <<< c)");
  expect_same("x = -a . b", "x = (-a) . b");
  expect_same("x = -$a->b[1]++", "x = -($a->b[1]++)");
  expect_same("x = 1 << 2 << 3; y = 1 - 2 - 3", "x = (1 << 2) << 3; y = (1 - 2) - 3");
}

TEST(Precedence, SemicolonsAreOptional) {
  EXPECT_EQ(body("a++ ++b c = 1 d(2) e"), "a++; ++b; c = 1; d(2); e;");
  EXPECT_EQ(body("if (a) b; else c"), "if (a)\n  b;\nelse\n  c;");
  EXPECT_EQ(body("a\n-b"), "a - b;");
  EXPECT_EQ(body(";;;"), "");
}

TEST(Printing, KeepsOnlyTheParenthesesThatMatter) {
  EXPECT_EQ(body("x = ((a + b)) * (c) . (d)"), "x = (a + b) * c . d;");
  EXPECT_EQ(body("x = a - (b - c)"), "x = a - (b - c);");
  EXPECT_EQ(body("x = (a in b) == 1"), "x = (a in b) == 1;");
  EXPECT_EQ(body("x = - -1; y = -(-a); z = a - -b"), "x = 1; y = -(-a); z = a - -b;");
  EXPECT_EQ(body("x = (a ? b : c) ? d : e"), "x = (a ? b : c) ? d : e;");
  EXPECT_EQ(body("(x)[0]; ($a)->b; x[1][2]; foo()[3]"), "(x)[0]; ($a)->b; x[1][2]; foo()[3];");
}

TEST(Printing, TargetVariables) {
  EXPECT_EQ(body("a = &$b->c[1]->d[i + 1]"), "a = &$b->c[1]->d[i + 1];");
  EXPECT_EQ(body("$a$ $b->c$$ $d[0]$ $$vars$ e()->f$"), "$a$; $b->c$$; $d[0]$; $$vars$; e()->f$;");
  EXPECT_EQ(body("@cast(p, \"t\", \"m\")->next->if; &@var(\"v@f.c\")->x"),
            "@cast(p, \"t\", \"m\")->next->if; &@var(\"v@f.c\")->x;");
}

TEST(Printing, ElseStaysWithItsIf) {
  // Built by hand: the parser would give this 'else' to the inner 'if'.
  FrontEnd front;
  auto file = front.parse("probe begin { if (a) { if (b) c; } else d }");
  auto& block = static_cast<ast::Block&>(*file->probes[0]->body);
  auto& outer = static_cast<ast::If&>(*block.statements[0]);
  ast::StmtPtr inner = std::move(static_cast<ast::Block&>(*outer.then_branch).statements[0]);
  outer.then_branch = std::move(inner);
  auto again = front.parse(print(*file));
  auto& reread =
      static_cast<ast::If&>(*static_cast<ast::Block&>(*again->probes[0]->body).statements[0]);
  EXPECT_NE(reread.else_branch, nullptr);
}

TEST(ProbePoints, AlternativesWildcardsAndMarks) {
  FrontEnd front;
  auto file = front.parse(
      "probe kernel.{trace(\"a\")!,function(\"b*\").call}, sys*call.*, timer.s(-0x10) if (x > 1) "
      "{}");
  EXPECT_EQ(front.messages(), "");
  auto& points = file->probes.at(0)->points;
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(to_string(points[0]), "kernel.trace(\"a\")!");
  EXPECT_EQ(to_string(points[1]), "kernel.function(\"b*\").call");
  EXPECT_EQ(to_string(points[2]), "sys*call.*");
  EXPECT_EQ(to_string(points[3]), "timer.s(-16) if (x > 1)");
}

TEST(Declarations, Aliases) {
  FrontEnd front;
  auto file = front.parse("probe a.b += c, d? { x } , { y }\nprivate probe e = f {}");
  EXPECT_EQ(front.messages(), "");
  ASSERT_EQ(file->aliases.size(), 2u);
  EXPECT_TRUE(file->aliases[0]->epilogue);
  EXPECT_EQ(file->aliases[0]->points.size(), 2u);
  ASSERT_TRUE(file->aliases[0]->epilogue_body);
  EXPECT_TRUE(file->aliases[1]->is_private);
}

const char* const kEverything = R"(
%{ /* top */ %}
global a[10], b%[5], c%, d = -3, e = "x\n", f[]
private global g
function h:string (p:long, q:string, r) : 2 { return q . "a" }
private function i () %{ /* pure */ %}
probe al = begin, end? { x = 1 }, { y = 2 }
probe timer.s(1) if (d > 1 && c), process("/bin/ls").{function("m")!,mark("n")} {
  a[1, "k"] <<< $x->y[i + 1]$$; b[@entry($p)] = @defined($q) ? 1 : 0
  delete a[*, "k"]; delete b; ++d; d--
  for (j = 0; j < 10; j++) { if (j) continue; else break }
  while (d) { try { error("e") } catch (m) { next } }
  foreach (v = [k+, l] in a[*, "x"] limit 3 + d) println(@count(a[k, l]), v)
  foreach (n in @hist_log(s)) print(@hist_log(s)[n])
  foreach (o in t @sum-) printd(",", o, @variance(t[o], 3))
  z = [1, 2] in a && 3 in @hist_linear(s, -1, 10, 2)
  w = %{ 1 %}; %{ stmt %}
  u = sprintf("%-*d %s", 3, 4, "x") =~ "^a" ? ~1 : @perf("c") . @const("K")
  &$aa; &@cast(u, "t", "m")->b; @var("v@f", "m")[0]; foo(1)->bar; printf("%%")
}
)";

TEST(Tree, EverythingPrintsClonesAndComparesEqual) {
  FrontEnd front;
  front.facts.guru_mode = true;
  auto file = front.parse(kEverything);
  ASSERT_EQ(front.messages(), "");
  std::string text = print(*file);
  auto again = front.parse(text);
  ASSERT_EQ(front.messages(), "") << text;
  EXPECT_EQ(ast::dump(*file), ast::dump(*again));
  EXPECT_EQ(print(*again), text);
  for (const auto& probe : file->probes) {
    EXPECT_EQ(ast::dump(*clone(*probe->body)), ast::dump(*probe->body));
    for (const auto& point : probe->points) EXPECT_EQ(to_string(clone(point)), to_string(point));
  }
}

TEST(Tree, WalkSeesEveryNodeAndMayReplaceIt) {
  FrontEnd front;
  front.facts.guru_mode = true;
  auto file = front.parse(kEverything);
  std::set<ast::ExprKind> exprs;
  std::set<ast::StmtKind> statements;
  ast::walk(*file, {[&](ast::ExprPtr& e) {
                      exprs.insert(e->kind);
                      if (e->kind == ast::ExprKind::Symbol)
                        static_cast<ast::Symbol&>(*e).name = "S";
                      if (e->kind == ast::ExprKind::String) {
                        auto number = std::make_unique<ast::Number>();
                        number->value = 77;
                        e = std::move(number);
                      }
                      return true;
                    },
                    [&](ast::StmtPtr& s) {
                      statements.insert(s->kind);
                      return true;
                    }});
  // All 28 kinds of expression, and all 14 of statement but the empty one.
  EXPECT_EQ(exprs.size(), 28u);
  EXPECT_EQ(statements.size(), 13u);
  std::string text = print(*file->probes[0]);
  EXPECT_NE(text.find("foreach (S = [S+, S] in S[*, 77] limit 3 + S)"), std::string::npos) << text;
  EXPECT_NE(text.find("catch (S)"), std::string::npos);
  EXPECT_NE(text.find("[1, 2] in S && 3 in @hist_linear(S, -1, 10, 2)"), std::string::npos);
}

}  // namespace
}  // namespace coretap
