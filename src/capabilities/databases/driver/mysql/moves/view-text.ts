// The text of a view as MariaDB shows it, where every table has the name of its database. No other text of a database
// has it: triggers, routines and events are kept as somebody wrote them.
import { MachineError } from '../../../../../core/machine-error.ts';

/** A text in quotes, a name in backticks, a word, or one other character. */
const TOKEN = /'(?:[^'\\]|''|\\[^])*'|"(?:[^"\\]|""|\\[^])*"|`(?:[^`]|``)*`|[\p{L}\p{N}_$]+|[^]/gu;

/** Names that dots connect, and what follows them. */
interface Chain {
  /** Positions of its names among the tokens. */
  readonly positions: readonly number[];
  readonly names: readonly string[];
  /** True if arguments follow: it is a function. */
  readonly isCall: boolean;
}

/**
 * Replaces the name of a database.
 * @throws MachineError `failed` if the view has the same name for something else, so that the text is ambiguous.
 */
export function withDatabase(view: string, text: string, from: string, to: string): string {
  const tokens = text.match(TOKEN) ?? [];
  const chains = chainsOf(tokens);
  const hasOtherMeaning = chains.some(({ names }) => names.length === 1 && names[0] === from);
  for (const { positions, names, isCall } of chains) {
    if (names.length === 1 || names[0] !== from) continue;
    if (names.length === 2 && !isCall && hasOtherMeaning) {
      throw new MachineError(
        'failed',
        `The view “${view}” also uses the name “${from}” for a table or a column. Change or drop the view first.`,
      );
    }
    tokens[positions[0] ?? 0] = `\`${to.replaceAll('`', '``')}\``;
  }
  return tokens.join('');
}

/** The tables, views and functions of a database to which a view refers. */
export function namesIn(text: string, database: string): Set<string> {
  const chains = chainsOf(text.match(TOKEN) ?? []);
  return new Set(chains.flatMap(({ names }) => (names[0] === database ? names.slice(1, 2) : [])));
}

function chainsOf(tokens: readonly string[]): Chain[] {
  const chains: Chain[] = [];
  for (let at = 0; at < tokens.length; at++) {
    let name = nameOf(tokens[at]);
    if (name === undefined) continue;
    const [positions, names] = [[at], [name]];
    while (tokens[at + 1] === '.' && (name = nameOf(tokens[at + 2])) !== undefined) {
      at += 2;
      positions.push(at);
      names.push(name);
    }
    chains.push({ positions, names, isCall: tokens[at + 1] === '(' });
  }
  return chains;
}

function nameOf(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  if (token.startsWith('`') && token.length > 1) return token.slice(1, -1).replaceAll('``', '`');
  return /^[\p{L}\p{N}_$]/u.test(token) ? token : undefined;
}
