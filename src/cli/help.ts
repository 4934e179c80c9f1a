// The help of the command, with its functions on a line each.
import type { IndexRow } from '../core/context.ts';
import { families } from '../catalogue/families.generated.ts';
import { optionRows } from './option-rows.ts';
import type { Style } from './style.ts';

export const usageLine = 'Usage: whmapi1 [options] FUNCTION [key=value ...]';

export function generalHelp(index: Readonly<Record<string, IndexRow>>, style: Style): string {
  const options = optionRows.map(
    ({ flags, doc, ...row }) =>
      `  ${style.name(flags.replace('<', '').replace('>', '').padEnd(20))}  ${doc}${'default' in row ? ` (default: ${row.default})` : ''}`,
  );
  return `${style.heading(usageLine)}

Calls a function of WHM API 1 on this server, or with --host on others, and prints its answer.

${style.heading('Options:')}
${options.join('\n')}

${style.heading('Arguments:')}
  key=value             an argument; %XX stands for a byte, as in URLs, and %25 for a percent sign
  key=a key=b           a list; key-1=a key-2=b says the same
  api.filter.enable=1 api.filter.a.field=FIELD api.filter.a.arg0=TEXT
                        filters a list; api.sort, api.columns and api.chunk sort it, cut it and page it

${style.heading('Examples:')}
  whmapi1 twofactorauth_generate_tfa_config
  whmapi1 twofactorauth_set_tfa_config --file secret=./secret tfa_token=227174
  whmapi1 --output=json twofactorauth_get_user_configs user=root
  whmapi1 twofactorauth_set_tfa_config --help

${style.heading('Exit status:')}
  0 it worked; 1 it failed, and the answer says why; 2 the command line could not be read;
  3 the store, or a remote server, could not be reached

${style.heading('Functions that work here:')}

${functionsByFamily(index, style)}

whmapi1 FUNCTION --help explains a function, whmapi1 --search WORDS finds one,
whmapi1 --help --all names all ${documentedCount()} of WHM, ${style.name('man whmapi1')} explains the rest.
`;
}

function documentedCount(): number {
  return Object.values(families).reduce((sum, { documented }) => sum + documented, 0);
}

function functionsByFamily(index: Readonly<Record<string, IndexRow>>, style: Style): string {
  const width = Math.max(...Object.keys(index).map((name) => name.length));
  const lines = new Map<string, string[]>();
  for (const [name, { family, summary }] of Object.entries(index)) {
    const own = lines.get(family) ?? [];
    own.push(`  ${style.name(name.padEnd(width))}  ${summary}`);
    lines.set(family, own);
  }
  return Object.entries(families)
    .flatMap(([folder, { title }]) => {
      const own = lines.get(folder);
      return own === undefined ? [] : [[style.heading(title), ...own].join('\n')];
    })
    .join('\n\n');
}
