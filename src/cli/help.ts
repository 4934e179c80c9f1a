// The help of the command: an overview with one line per function, and the list of all options.
import type { IndexRow } from '../core/context.ts';
import { families } from '../catalogue/families.generated.ts';
import { command, row, wrap, type Layout } from './help-layout.ts';
import { commonRows, optionGroups, type OptionRow } from './option-rows.ts';

export const usageLine = 'Usage: whmapi1 [options] FUNCTION [key=value ...]';

const NAMES_WIDTH = 22;

/** @param namesFunctions true to list the functions themselves instead of their families. */
export function generalHelp(
  index: Readonly<Record<string, IndexRow>>,
  layout: Layout,
  namesFunctions = false,
): string {
  const line = (name: string, text: string) => row(name, text, { width: NAMES_WIDTH }, layout);
  const parts = [
    layout.heading(wrap(usageLine, layout, '', '  ')),
    wrap(
      'Calls a function of WHM API 1 on this server, or with --host on others, and prints its response.',
      layout,
    ),
    [layout.heading('Options:'), ...commonRows.map((one) => optionLine(one, layout))].join('\n'),
    wrap('whmapi1 --help options lists all options.', layout),
    [
      layout.heading('Arguments:'),
      line('key=value', 'an argument; %XX is a byte, as in URLs, and %25 a percent sign'),
      line('key=a key=b', 'a list; key-1=a key-2=b is the same'),
      line('api.*', 'filter, sort and page a list, as in WHM (man whmapi1)'),
    ].join('\n'),
    [
      layout.heading('Examples:'),
      ...[
        'whmapi1 -o table listaccts --fields=user,domain,plan --sort=domain',
        'whmapi1 createacct username=bob domain=bob.example --file password=./password',
        'whmapi1 --output=json twofactorauth_get_user_configs user=root',
        'whmapi1 twofactorauth_set_tfa_config --help',
      ].map((example) => command(example, layout)),
    ].join('\n'),
    [
      layout.heading('Exit status:'),
      wrap(
        '0 success; 1 the call failed (the response says why); 2 invalid command line; 3 the store, or a remote ' +
          'server, could not be reached. WHMAPI1_EXIT_STATUS=whm turns 1 into 0, as the command of cPanel & WHM ' +
          'does.',
        layout,
        '  ',
      ),
    ].join('\n'),
    layout.heading('Provided functions:'),
    namesFunctions ? functionsByFamily(index, layout) : familiesOf(index, layout),
    wrap(
      `whmapi1 --help FAMILY lists the functions of a family, whmapi1 FUNCTION --help explains one, whmapi1 --search WORDS finds one, whmapi1 --help --all names all ${documentedCount()} of WHM, man whmapi1 has the details.`,
      layout,
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Lists all options, by topic. */
export function optionsHelp(layout: Layout): string {
  const parts = optionGroups.map(({ title, rows }) =>
    [layout.heading(title), ...rows.map((one) => optionLine(one, layout))].join('\n'),
  );
  return `${[...parts, wrap('man whmapi1 explains them.', layout)].join('\n\n')}\n`;
}

function optionLine({ flags, doc, ...traits }: OptionRow, layout: Layout): string {
  const standard = 'default' in traits ? ` (default: ${traits.default})` : '';
  const shown = (name: string) => layout.name(name);
  return row(flags.replace(/[<>]/g, ''), `${doc}${standard}`, { width: NAMES_WIDTH, shown }, layout);
}

function documentedCount(): number {
  return Object.values(families).reduce((sum, { documented }) => sum + documented, 0);
}

/** A line for each family that has provided functions. */
function familiesOf(index: Readonly<Record<string, IndexRow>>, layout: Layout): string {
  const counts = new Map<string, number>();
  for (const { family } of Object.values(index)) counts.set(family, (counts.get(family) ?? 0) + 1);
  return Object.entries(families)
    .flatMap(([folder, { title }]) => {
      const count = counts.get(folder);
      if (count === undefined) return [];
      const text = `${title}: ${count} function${count === 1 ? '' : 's'}`;
      return [row(folder, text, { width: NAMES_WIDTH, shown: (name) => layout.name(name) }, layout)];
    })
    .join('\n');
}

function functionsByFamily(index: Readonly<Record<string, IndexRow>>, layout: Layout): string {
  const width = Math.max(...Object.keys(index).map((name) => name.length));
  const lines = new Map<string, string[]>();
  for (const [name, { family, summary }] of Object.entries(index)) {
    const own = lines.get(family) ?? [];
    own.push(row(name, summary, { width, shown: (text) => layout.name(text) }, layout));
    lines.set(family, own);
  }
  return Object.entries(families)
    .flatMap(([folder, { title }]) => {
      const own = lines.get(folder);
      return own === undefined ? [] : [[layout.heading(title), ...own].join('\n')];
    })
    .join('\n\n');
}
