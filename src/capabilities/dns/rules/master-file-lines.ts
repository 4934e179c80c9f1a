// The lexer of master files (RFC 1035, section 5.1). If the RFC leaves a choice, it reads as BIND does. A logical line
// is one line of the file, or several that parentheses or quoted strings join.

export interface Token {
  /** The text as in the file, with escapes and without quotes. */
  readonly text: string;
  readonly isQuoted: boolean;
  /** The offsets in the file, including the quotes. */
  readonly start: number;
  readonly end: number;
}

export interface LogicalLine {
  /** The first line, counted from 1. */
  readonly line: number;
  /** How many lines of the file it spans. */
  readonly lines: number;
  readonly start: number;
  /** The offset of the end of its last line, without the line break. */
  readonly end: number;
  readonly tokens: readonly Token[];
  /** The line begins with white space, so the owner name is omitted. */
  readonly isIndented: boolean;
  /** The comment at the end of its last line, with the semicolon. Empty if there is none. */
  readonly comment: string;
  /** Why BIND rejects the line. Undefined if it does not. */
  readonly fault: string | undefined;
}

const [NUL, TAB, LF, CR, SPACE] = [0, 9, 10, 13, 32];
const [QUOTE, OPEN, CLOSE, SEMICOLON, BACKSLASH] = [34, 40, 41, 59, 92];

/** @param file octets */
export function logicalLines(file: string): LogicalLine[] {
  const found: LogicalLine[] = [];
  let start = 0;
  let line = 1;
  while (start < file.length) {
    const one = readLine(file, start, line);
    found.push(one);
    start = one.end + (file.charCodeAt(one.end) === CR ? 2 : 1);
    line += one.lines;
  }
  return found;
}

function readLine(file: string, start: number, line: number): LogicalLine {
  const tokens: Token[] = [];
  const first = file.charCodeAt(start);
  let at = start;
  let depth = 0;
  let lines = 1;
  let fault: string | undefined;
  let comment = '';

  for (; at < file.length; at++) {
    const octet = file.charCodeAt(at);
    if (octet === SPACE || octet === TAB) continue;
    if (octet === LF || (octet === CR && file.charCodeAt(at + 1) === LF)) {
      if (depth === 0) break;
      if (octet === CR) at += 1;
      lines += 1;
      comment = '';
    } else if (octet === SEMICOLON) {
      const end = endOfLine(file, at);
      comment = file.slice(at, end);
      at = end - 1;
    } else if (octet === OPEN) {
      depth += 1;
    } else if (octet === CLOSE) {
      depth -= 1;
      if (depth < 0) {
        fault = 'a closing parenthesis has no opening one';
        break;
      }
    } else if (octet === NUL || octet === CR) {
      fault = octet === NUL ? 'it contains a null byte' : 'it contains a carriage return within the line';
      break;
    } else if (octet === QUOTE) {
      const end = endOfString(file, at);
      if (end === undefined) {
        fault = 'a quoted string has no closing quote';
        break;
      }
      const text = file.slice(at + 1, end - 1);
      tokens.push({ text, isQuoted: true, start: at, end });
      lines += text.split('\n').length - 1;
      at = end - 1;
    } else {
      const end = endOfWord(file, at);
      tokens.push({ text: file.slice(at, end), isQuoted: false, start: at, end });
      at = end - 1;
    }
  }
  if (fault === undefined && depth > 0) fault = 'a parenthesis is not closed';
  // The rest of a faulty line is skipped, and reading goes on with the next line.
  const end = fault === undefined ? Math.min(at, file.length) : endOfLine(file, Math.min(at, file.length));
  const isIndented = first === SPACE || first === TAB;
  return { line, lines, start, end, tokens, isIndented, comment, fault };
}

function endOfLine(file: string, from: number): number {
  const end = file.indexOf('\n', from);
  if (end === -1) return file.length;
  return end > from && file.charCodeAt(end - 1) === CR ? end - 1 : end;
}

/** After the closing quote. Only an escaped line break may be inside a string. */
function endOfString(file: string, from: number): number | undefined {
  for (let at = from + 1; at < file.length; at++) {
    const octet = file.charCodeAt(at);
    if (octet === QUOTE) return at + 1;
    if (octet === LF) return undefined;
    if (octet === BACKSLASH) at += 1;
  }
  return undefined;
}

function endOfWord(file: string, from: number): number {
  for (let at = from; at < file.length; at++) {
    const octet = file.charCodeAt(at);
    if (octet <= SPACE && (octet === SPACE || octet === TAB || octet === LF || octet === CR || octet === NUL))
      return at;
    if (octet === QUOTE || octet === OPEN || octet === CLOSE || octet === SEMICOLON) return at;
    // An escaped line break also ends the word.
    if (octet === BACKSLASH && at + 1 < file.length && !isLineBreak(file.charCodeAt(at + 1))) at += 1;
  }
  return file.length;
}

function isLineBreak(octet: number): boolean {
  return octet === LF || octet === CR;
}
