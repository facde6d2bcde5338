// The syntax of SystemTap's language after preprocessing. No actions, no predicates.
//
// One left-recursive `expr` whose alternatives stand in the order of stap's precedence, tightest
// first. It is not C's: all comparisons are one level, `in` is looser than them but tighter than
// `&`, and `.` (concatenation) lies between shift and sum. Semicolons are optional, so `return a`
// and `return` `a` are both possible; the first alternative, the longest expression, is meant.
//
// The grammar takes a little more than the language (any expression left of '=', any name as an
// @operator); build_ast refuses the rest with a sentence about what is wrong.
parser grammar StpParser;
options { tokenVocab = StpLexer; }

file: declaration* EOF;

declaration
    : probeDeclaration
    | globalDeclaration
    | functionDeclaration
    | EMBEDDED
    ;

// ---------------------------------------------------------------- probes

// In an alias all points but those behind the last '=' are its names.
probeDeclaration
    : PRIVATE? PROBE probePoint (aliasMark probePoint)* (COMMA probePoint)* block (COMMA block)?
    ;

aliasMark: ASSIGN | ADD_ASSIGN;

probePointList: probePoint (COMMA probePoint)*;

probePoint: probeComponent (DOT probeComponent)* (QUESTION | BANG)? probeCondition?;

probeComponent
    : probeFunctor (LPAREN probeArgument RPAREN)?
    | LBRACE probePointList RBRACE
    ;

// A name with wildcards comes as several tokens: `get*id`, `**`.
probeFunctor: namePart (STAR namePart?)* | (STAR namePart?)+;

namePart: name | NUMBER;

probeArgument: STRING_LITERAL | MINUS? NUMBER;

probeCondition: IF LPAREN expr RPAREN;

// ---------------------------------------------------------------- globals and functions

globalDeclaration: (PRIVATE? GLOBAL | PRIVATE) globalVariable (COMMA globalVariable)* SEMICOLON?;

globalVariable: IDENTIFIER PERCENT? arraySize? (ASSIGN literal)?;

arraySize: LBRACKET NUMBER? RBRACKET;

functionDeclaration
    : PRIVATE? FUNCTION IDENTIFIER valueType? LPAREN parameterList? RPAREN functionPriority?
      (block | EMBEDDED)
    ;

parameterList: parameter (COMMA parameter)* COMMA?;

parameter: IDENTIFIER valueType?;

valueType: COLON (LONG | STRING);

functionPriority: COLON MINUS? NUMBER;

literal: STRING_LITERAL | MINUS? NUMBER;

// ---------------------------------------------------------------- statements

block: LBRACE statement* RBRACE;

statement
    : block                                                                      # blockStatement
    | SEMICOLON                                                                  # emptyStatement
    | IF LPAREN expr RPAREN statement (ELSE statement)?                          # ifStatement
    | WHILE LPAREN expr RPAREN statement                                         # whileStatement
    | FOR LPAREN forInit SEMICOLON forCondition SEMICOLON forStep RPAREN statement  # forStatement
    | FOREACH LPAREN foreachHead (LIMIT expr)? RPAREN statement                  # foreachStatement
    | RETURN expr? SEMICOLON?                                                    # returnStatement
    | BREAK SEMICOLON?                                                           # breakStatement
    | CONTINUE SEMICOLON?                                                        # continueStatement
    | NEXT SEMICOLON?                                                            # nextStatement
    | DELETE expr SEMICOLON?                                                     # deleteStatement
    | TRY block CATCH (LPAREN IDENTIFIER RPAREN)? block                          # tryStatement
    | expr SEMICOLON?                                                            # exprStatement
    ;

forInit: expr?;
forCondition: expr?;
forStep: expr?;

// `v = [k1+, k2] in array[*, "x"] @sum-`
foreachHead: foreachValue? foreachKeys IN foreachArray foreachSort?;

foreachValue: IDENTIFIER sortDirection? ASSIGN;

foreachKeys: foreachKey | LBRACKET foreachKey (COMMA foreachKey)* RBRACKET;

foreachKey: IDENTIFIER sortDirection?;

foreachArray: IDENTIFIER index? | atCall;

foreachSort: AT_NAME? sortDirection;

sortDirection: PLUS | MINUS;

// ---------------------------------------------------------------- expressions

expr
    : operand (INCREMENT | DECREMENT)?                                    # operandExpr
    | (INCREMENT | DECREMENT) operand                                     # prefixExpr
    | index IN inArray                                                    # tupleInExpr
    | (MINUS | PLUS | BANG | TILDE | AMPERSAND) expr                      # unaryExpr
    | expr (STAR | SLASH | PERCENT) expr                                  # binaryExpr
    | expr (PLUS | MINUS) expr                                            # binaryExpr
    | expr DOT expr                                                       # binaryExpr
    | expr (SHL | SHR | USHR) expr                                        # binaryExpr
    | expr (EQUAL | NOT_EQUAL | LESS | GREATER | LESS_EQUAL | GREATER_EQUAL | MATCH | NOT_MATCH)
      expr                                                                # binaryExpr
    | expr IN inArray                                                     # inExpr
    | expr AMPERSAND expr                                                 # binaryExpr
    | expr CARET expr                                                     # binaryExpr
    | expr PIPE expr                                                      # binaryExpr
    | expr LOGICAL_AND expr                                               # binaryExpr
    | expr LOGICAL_OR expr                                                # binaryExpr
    | <assoc=right> expr QUESTION expr COLON expr                         # ternaryExpr
    | <assoc=right> expr (ASSIGN | ADD_ASSIGN | SUB_ASSIGN | MUL_ASSIGN | DIV_ASSIGN | MOD_ASSIGN
      | SHL_ASSIGN | SHR_ASSIGN | USHR_ASSIGN | AND_ASSIGN | OR_ASSIGN | XOR_ASSIGN
      | CONCAT_ASSIGN | AGGREGATE) expr                                   # assignExpr
    ;

operand: primary suffix*;

suffix
    : index            # indexSuffix
    | PRETTY           # prettySuffix
    | ARROW name       # memberSuffix
    ;

primary
    : NUMBER                          # numberPrimary
    | STRING_LITERAL                  # stringPrimary
    | EMBEDDED                        # embeddedPrimary
    | TARGET                          # targetPrimary
    | atCall                          # atPrimary
    | IDENTIFIER arguments            # callPrimary
    | IDENTIFIER                      # namePrimary
    | LPAREN expr RPAREN              # parenthesisedPrimary
    ;

inArray: IDENTIFIER | atCall;

// `@hist_log(x)`, `@cast(p, "t")`, `@defined($x)`; whether the name is known is build_ast's affair.
atCall: AT_NAME arguments?;

arguments: LPAREN (expr (COMMA expr)*)? RPAREN;

index: LBRACKET indexItem (COMMA indexItem)* RBRACKET;

indexItem: STAR | expr;

// Where a keyword is an ordinary name.
name
    : IDENTIFIER | PROBE | GLOBAL | FUNCTION | PRIVATE | IF | ELSE | WHILE | FOR | FOREACH | IN
    | LIMIT | RETURN | DELETE | BREAK | CONTINUE | NEXT | TRY | CATCH | LONG | STRING
    ;
