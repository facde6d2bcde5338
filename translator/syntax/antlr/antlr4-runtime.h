// What generated lexers and parsers need of ANTLR's runtime. It stands in front of ANTLR's own
// header of this name, which brings in everything else too, InterpreterDataReader.h among it, and
// that one clang 14 refuses (a defaulted constructor over const members).
#pragma once

#include <ANTLRErrorStrategy.h>
#include <CharStream.h>
#include <FailedPredicateException.h>
#include <InputMismatchException.h>
#include <Lexer.h>
#include <NoViableAltException.h>
#include <Parser.h>
#include <ParserRuleContext.h>
#include <Recognizer.h>
#include <RuleContext.h>
#include <Token.h>
#include <TokenStream.h>
#include <Vocabulary.h>
#include <atn/ATN.h>
#include <atn/ATNDeserializer.h>
#include <atn/LexerATNSimulator.h>
#include <atn/ParserATNSimulator.h>
#include <dfa/DFA.h>
#include <support/CPPUtils.h>
#include <tree/ErrorNode.h>
#include <tree/ParseTreeListener.h>
#include <tree/TerminalNode.h>
