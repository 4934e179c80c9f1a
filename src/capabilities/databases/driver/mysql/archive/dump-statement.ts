// What is done to a statement of a dump before the server gets it. Only the beginning of statements that create something
// is changed, never data.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { Definer } from '../moves/inventory.ts';

export type DefinedKind = 'view' | 'trigger' | 'routine' | 'event';

/** An object of the dump, and the definer that the dump names. */
export interface NamedDefiner {
  readonly kind: DefinedKind;
  readonly name: string;
  readonly definer: Definer;
}

export interface ReadStatement {
  /** Undefined: the server does not get it. */
  readonly bytes: Buffer | undefined;
  /** Its first words, for error messages. */
  readonly title: string;
  readonly defined?: NamedDefiner;
  /** True if backslashes are escapes after it. Undefined: as before. */
  readonly hasEscapes?: boolean;
}

/** How much of a statement is read. */
const HEAD_BYTES = 4096;
const NAME = '(?:`(?:[^`]|``)*`|"(?:[^"]|"")*"|\'(?:[^\'\\\\]|\\\\.|\'\')*\'|[\\w$]+)';
/** Spaces, and the marks around text that only some versions execute. */
const GAP = '(?:\\s|/\\*M?!\\d*|\\*/)';
const BEFORE_DEFINER = `${GAP}*CREATE(?:${GAP}+OR${GAP}+REPLACE)?(?:${GAP}+ALGORITHM\\s*=\\s*\\w+)?`;
const DEFINER = `DEFINER\\s*=\\s*(?:(${NAME})(?:\\s*@\\s*(${NAME}))?)(?:\\(\\))?`;
const AFTER_DEFINER = `(?:${GAP}+SQL\\s+SECURITY\\s+\\w+|${GAP}+AGGREGATE)?`;
const OBJECT = `(VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE${GAP}+BODY|PACKAGE)${GAP}+(?:IF\\s+NOT\\s+EXISTS\\s+)?(?:${NAME}\\s*\\.\\s*)?(${NAME})`;
const CREATE = new RegExp(`^(${BEFORE_DEFINER}${GAP}+)(${DEFINER})${AFTER_DEFINER}${GAP}+${OBJECT}`, 'i');

/** @param database the one that the dump is of. @throws MachineError `failed` for statements about other databases. */
export function readStatement(statement: Buffer, database: string): ReadStatement {
  const whole = statement.subarray(0, HEAD_BYTES).toString('latin1');
  const head = whole.slice(commentsBefore(whole));
  const title = titleOf(head);
  if (head === '') return { bytes: undefined, title };
  const used = new RegExp(`^${GAP}*USE\\s+(${NAME})\\s*$`, 'i').exec(head)?.[1];
  if (used !== undefined) {
    if (Buffer.from(unquoted(used), 'latin1').toString() === database) return { bytes: undefined, title };
    throw new MachineError('failed', 'It has a USE of another database.');
  }
  if (
    /^(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?(?:DATABASE|SCHEMA)\b/i.test(head.replace(/^\/\*M?!\d*\s*/, ''))
  ) {
    throw new MachineError('failed', 'It creates or removes a database.');
  }
  // MySQL’s dumps set these of its replication, which only administrators may do.
  if (/^SET\s+@@(?:SESSION\.SQL_LOG_BIN|GLOBAL\.GTID_PURGED)\b/i.test(head))
    return { bytes: undefined, title };
  const mode = /^(?:\/\*M?!\d*\s*)?SET\s+(?:SESSION\s+|@@)?sql_mode\s*=\s*([^;]*)/i.exec(head)?.[1];
  const hasEscapes = mode === undefined ? undefined : !/NO_BACKSLASH_ESCAPES/i.test(mode);
  const escapes = hasEscapes === undefined ? {} : { hasEscapes };
  const match = CREATE.exec(head);
  if (match === null) return { bytes: statement, title, ...escapes };
  const [, before = '', clause = '', user = '', host = '', object = '', name = ''] = match;
  const start = whole.length - head.length + before.length;
  const bytes = Buffer.from(statement);
  bytes.fill(' ', start, start + clause.length);
  const text = (part: string) => Buffer.from(unquoted(part), 'latin1').toString();
  return {
    bytes,
    title,
    defined: { kind: kindOf(object), name: text(name), definer: { user: text(user), host: text(host) } },
  };
}

function kindOf(object: string): DefinedKind {
  const word = object.toLowerCase();
  return word === 'view' || word === 'trigger' || word === 'event' ? word : 'routine';
}

/** The length of spaces and of comments that are not executed, at the beginning. */
function commentsBefore(text: string): number {
  let at = 0;
  for (;;) {
    const rest = /^(?:\s+|--(?:[ \t][^\n]*)?(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?!M?!)[^]*?\*\/)/.exec(
      text.slice(at),
    );
    if (rest === null || rest[0] === '') return at;
    at += rest[0].length;
  }
}

/** The words only, because a message must not show data. */
function titleOf(head: string): string {
  const words = head.replace(/\/\*M?!\d*|\*\//g, ' ').match(/[A-Za-z_]+/g) ?? [];
  return words.slice(0, 2).join(' ').toUpperCase();
}

function unquoted(name: string): string {
  const quote = name.slice(0, 1);
  if (!/[`"']/.test(quote)) return name;
  return name.slice(1, -1).replaceAll(quote + quote, quote);
}
