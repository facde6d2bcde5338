// lex -> preprocess -> parse -> build.
//
// ANTLR predicts in SLL mode first, with a strategy that gives up at the first mistake: this is
// the path of every correct script. LL costs 16 times more on this language (optional semicolons
// make it ambiguous); only a script that SLL refuses is read again in LL mode, with the strategy
// that explains and recovers.
#include "syntax/parse.h"

#include <BailErrorStrategy.h>
#include <CommonToken.h>
#include <CommonTokenFactory.h>
#include <CommonTokenStream.h>
#include <Exceptions.h>
#include <atn/ParserATNSimulator.h>

#include <cstring>

#include "StpParser.h"
#include "syntax/build_ast.h"
#include "syntax/lex.h"
#include "syntax/preprocess.h"
#include "syntax/syntax_errors.h"

namespace coretap {

namespace syntax {
namespace {

// Every level of nesting costs a few stack frames in the parser and in every pass after it.
constexpr size_t kMaxDepth = 2000;

struct TooDeep {
  size_t token_index;
};

/// Hands the preprocessed tokens to ANTLR. `with_text` copies each token's text: only the
/// textual tree needs it.
class TokenFeed : public antlr4::TokenSource {
 public:
  TokenFeed(const Tokens& tokens, bool with_text) : tokens_(tokens), with_text_(with_text) {}

  std::unique_ptr<antlr4::Token> nextToken() override {
    bool end = next_ >= tokens_.size();
    auto token =
        std::make_unique<antlr4::CommonToken>(end ? antlr4::Token::EOF : tokens_[next_].type);
    if (with_text_) token->setText(end ? "<EOF>" : tokens_[next_].text);
    next_++;
    return token;
  }
  size_t getLine() const override { return 0; }
  size_t getCharPositionInLine() override { return 0; }
  antlr4::CharStream* getInputStream() override { return nullptr; }
  std::string getSourceName() override { return "script"; }
  antlr4::TokenFactory<antlr4::CommonToken>* getTokenFactory() override {
    return antlr4::CommonTokenFactory::DEFAULT.get();
  }

 private:
  const Tokens& tokens_;
  bool with_text_;
  size_t next_ = 0;
};

/// Stops the parser before its own recursion becomes deeper than kMaxDepth.
class DepthGuard : public antlr4::tree::ParseTreeListener {
 public:
  void enterEveryRule(antlr4::ParserRuleContext* context) override {
    if (++depth_ > kMaxDepth) throw TooDeep{context->start->getTokenIndex()};
  }
  void exitEveryRule(antlr4::ParserRuleContext*) override { depth_--; }
  void visitTerminal(antlr4::tree::TerminalNode*) override {}
  void visitErrorNode(antlr4::tree::ErrorNode*) override {}

  void reset() { depth_ = 0; }

 private:
  size_t depth_ = 0;
};

/// Refuses trees that the parser made without recursion, yet that every later pass would have to
/// walk recursively: `a . b . c …` leans to the left by one level per operator.
void check_height(antlr4::tree::ParseTree* root) {
  std::vector<std::pair<antlr4::tree::ParseTree*, size_t>> open{{root, 1}};
  while (!open.empty()) {
    auto [tree, depth] = open.back();
    open.pop_back();
    if (depth > kMaxDepth) {
      auto* rule = dynamic_cast<antlr4::ParserRuleContext*>(tree);
      throw TooDeep{rule ? rule->start->getTokenIndex() : 0};
    }
    for (antlr4::tree::ParseTree* child : tree->children)
      if (!child->children.empty()) open.emplace_back(child, depth + 1);
  }
}

/// Everything that has to live as long as the parse tree.
struct Parsing {
  Parsing(const SourceFile& file, ParseContext& context, bool with_text)
      : preprocessor(lex(file, nullptr, *context.diagnostics), file, context),
        tokens(preprocessor.run()),
        feed(tokens, with_text),
        stream(&feed),
        parser(&stream) {
    parser.removeErrorListeners();
    parser.addParseListener(&guard);
    auto size = static_cast<uint32_t>(file.text.size());
    end = Span{&file, size ? size - 1 : 0, size, nullptr};
  }

  StpParser::FileContext* run_sll() {
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
        antlr4::atn::PredictionMode::SLL);
    parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
    try {
      StpParser::FileContext* tree = parser.file();
      check_height(tree);
      return tree;
    } catch (const antlr4::ParseCancellationException&) {
      return nullptr;
    }
  }

  StpParser::FileContext* run_ll(Diagnostics& diagnostics) {
    stream.seek(0);
    parser.reset();
    guard.reset();
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
        antlr4::atn::PredictionMode::LL);
    parser.setErrorHandler(std::make_shared<SyntaxErrors>(tokens, end, diagnostics));
    StpParser::FileContext* tree = parser.file();
    check_height(tree);
    return tree;
  }

  void report_too_deep(const TooDeep& deep, Diagnostics& diagnostics) const {
    diagnostics.parse_error(
        "too-deep", deep.token_index < tokens.size() ? tokens[deep.token_index].span : end,
        "this is nested deeper than coretap follows (" + std::to_string(kMaxDepth) + " levels)");
  }

  Preprocessor preprocessor;
  Tokens tokens;
  TokenFeed feed;
  antlr4::CommonTokenStream stream;
  StpParser parser;
  DepthGuard guard;
  Span end;
};

}  // namespace
}  // namespace syntax

bool is_before(const PreprocessorFacts& facts, const char* version) {
  return strverscmp(facts.systemtap_version.c_str(), version) < 0;
}

std::unique_ptr<ast::File> parse(const SourceFile& file, ParseContext& context) {
  Diagnostics& diagnostics = *context.diagnostics;
  syntax::Parsing parsing(file, context, false);
  StpParser::FileContext* tree = nullptr;
  try {
    if (!parsing.preprocessor.failed()) tree = parsing.run_sll();
    if (!tree && !parsing.preprocessor.failed()) tree = parsing.run_ll(diagnostics);
  } catch (const syntax::TooDeep& deep) {
    parsing.report_too_deep(deep, diagnostics);
    tree = nullptr;
  }
  if (tree) return syntax::Builder(parsing.tokens, file, context).build(tree);
  auto empty = std::make_unique<ast::File>();
  empty->source = &file;
  return empty;
}

std::string parse_tree_text(const SourceFile& file, ParseContext& context, bool ll) {
  Diagnostics& diagnostics = *context.diagnostics;
  size_t errors = diagnostics.error_count();
  syntax::Parsing parsing(file, context, true);
  if (parsing.preprocessor.failed()) return {};
  try {
    StpParser::FileContext* tree = ll ? parsing.run_ll(diagnostics) : parsing.run_sll();
    if (!tree || diagnostics.error_count() != errors) return {};
    return tree->toStringTree(&parsing.parser);
  } catch (const syntax::TooDeep& deep) {
    parsing.report_too_deep(deep, diagnostics);
    return {};
  }
}

}  // namespace coretap
