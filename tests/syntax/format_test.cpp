#include <gtest/gtest.h>

#include "front_end.h"

namespace coretap {
namespace {

/// The pieces of `printf(format, args…)`; `args` is script text.
std::vector<FormatPiece> pieces(const std::string& format, const std::string& args) {
  FrontEnd front;
  auto file = front.parse("probe begin { printf(\"" + format + "\"" + args + ") }");
  EXPECT_EQ(front.messages(), "");
  auto& block = static_cast<ast::Block&>(*file->probes.at(0)->body);
  return static_cast<ast::Print&>(*static_cast<ast::ExprStmt&>(*block.statements[0]).expr).pieces;
}

std::string id_of(const std::string& statement) {
  FrontEnd front;
  front.body(statement);
  return front.ids();
}

TEST(Format, LiteralsAndConversionsAlternate) {
  auto list = pieces("a%% %d%s\\n", ", 1, x");
  ASSERT_EQ(list.size(), 4u);
  EXPECT_EQ(list[0].text, "a% ");
  EXPECT_EQ(list[1].conversion, 'd');
  EXPECT_EQ(list[2].conversion, 's');
  EXPECT_EQ(list[3].text, "\n");
}

TEST(Format, FlagsWidthAndPrecision) {
  auto list = pieces("%-10s%+5d% 08d%#x%.3s%*.*d%i%lu", ", a, 1, 2, 3, b, 4, 5, 6, 7, 8");
  ASSERT_EQ(list.size(), 8u);
  EXPECT_TRUE(list[0].flag_minus);
  EXPECT_EQ(list[0].width_kind, FormatPiece::Fixed);
  EXPECT_EQ(list[0].width, 10);
  EXPECT_TRUE(list[1].flag_plus);
  EXPECT_TRUE(list[2].flag_space && list[2].flag_zero);
  EXPECT_EQ(list[2].width, 8);
  EXPECT_TRUE(list[3].flag_hash);
  EXPECT_EQ(list[4].precision_kind, FormatPiece::Fixed);
  EXPECT_EQ(list[4].precision, 3);
  EXPECT_EQ(list[4].width_kind, FormatPiece::None);
  EXPECT_EQ(list[5].width_kind, FormatPiece::Dynamic);
  EXPECT_EQ(list[5].precision_kind, FormatPiece::Dynamic);
  EXPECT_EQ(list[6].conversion, 'd');
  EXPECT_EQ(list[7].conversion, 'u');
}

TEST(Format, EveryConversionOfStap) {
  auto list = pieces("%d%i%u%x%X%o%c%s%p%b%m%M", ", 1,2,3,4,5,6,7,a,9,10,11,12");
  std::string letters;
  for (const FormatPiece& each : list) letters += each.conversion;
  EXPECT_EQ(letters, "dduxXocspbmM");
}

TEST(Format, Mistakes) {
  EXPECT_EQ(id_of("printf(\"%z\", 1)"), "format@1:22");
  EXPECT_EQ(id_of("printf(\"%\")"), "format@1:22");
  EXPECT_EQ(id_of("printf(\"%5%\")"), "format@1:22");
  EXPECT_EQ(id_of("printf(x)"), "format@1:22");
  EXPECT_EQ(id_of("printf()"), "format@1:15");
  EXPECT_EQ(id_of("printf(\"%d\")"), "format-arguments@1:15");
  EXPECT_EQ(id_of("printf(\"%*d\", 1)"), "format-arguments@1:15");
  EXPECT_EQ(id_of("printf(\"x\", 1)"), "format-arguments@1:15");
  EXPECT_EQ(id_of("printd(1, 2, 3)"), "delimiter@1:22");
  EXPECT_EQ(id_of("printd(\",\", 2)"), "print-arguments@1:15");
  EXPECT_EQ(id_of("print()"), "print-arguments@1:15");
  EXPECT_EQ(id_of("println()"), "");
}

}  // namespace
}  // namespace coretap
