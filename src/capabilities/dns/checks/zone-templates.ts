// Custom zone templates produce zones that BIND loads.
import { ApiError } from '../../../core/errors.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { isTemplateName, lookAtTemplates, TEMPLATE_FOLDER } from '../driver/zones/custom-templates.ts';
import { chooseMachine } from '../../../machine/choose.ts';
import { NOT_INSTALLED } from '../../../machine/linux/run.ts';
import { octetsOf, textOf } from '../rules/octets.ts';
import { type TemplateInput, zoneFromTemplate } from '../rules/templates.ts';
import {
  list,
  note,
  ok,
  problem,
  SHORT_LIMIT_MS,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Zone templates',
  order: 97,

  async run(subject) {
    const machine = chooseMachine(subject);
    const { names } = await lookAtTemplates(machine, []);
    const found = await (await machine.customFiles(TEMPLATE_FOLDER)).list();
    const findings = await Promise.all(
      names.map(async (name): Promise<Finding[]> => {
        const fault = await faultOf(name, async () => lookAtTemplates(machine, [name]), subject);
        return fault === undefined ? [] : [problem(fault)];
      }),
    );
    const ignored = found.filter((name) => !isTemplateName(name));
    return [
      ...findings.flat(),
      ...(ignored.length === 0
        ? []
        : [
            note(
              `Not used, because the name of a template has letters, digits, hyphens and underscores only: ${list(ignored)}.`,
            ),
          ]),
      ...(findings.flat().length > 0 ? [] : [ok(summaryOf(names))]),
    ];
  },
};

function summaryOf(names: readonly string[]): string {
  if (names.length === 0) return 'There are no custom zone templates, so there is nothing to check.';
  return `The custom zone templates make zones that BIND can load: ${list(names)}.`;
}

/** Returns a sentence about what is wrong with a template. */
async function faultOf(
  name: string,
  read: () => ReturnType<typeof lookAtTemplates>,
  { run }: Subject,
): Promise<string | undefined> {
  try {
    const text = octetsOf((await read()).texts.get(name) ?? '');
    for (const input of examples) {
      const { zone, lines } = zoneFromTemplate({ name, text, isCustom: true }, input);
      const words = ['-i', 'local', '-k', 'fail', input.domain, '-'];
      const { status, stdout } = await run('named-checkzone', words, {
        ...{ input: textOf(zone.text), limitMs: SHORT_LIMIT_MS, accept: [0, 1, NOT_INSTALLED] },
      });
      if (status !== 1) continue;
      const [first = ''] = stdout.split('\n').filter((line) => /:\d+: /.test(line));
      const [, line = '', reason = stdout.trim()] = /:(\d+): (.*)/.exec(first) ?? [];
      const place = line === '' ? 'The' : `Line ${lines[Number(line) - 1] ?? line} of the`;
      return `${place} zone template “${name}”: named-checkzone says “${reason}”.`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof ApiError || error instanceof MachineError) return error.message;
    throw error;
  }
}

const outside: TemplateInput = {
  domain: 'example.com',
  ip: '192.0.2.1',
  ipv6: '2001:db8::1',
  reseller: 'bob',
  nameservers: [1, 2, 3, 4].map((at) => ({ name: `ns${at}.example.net`, ip: `192.0.2.5${at}` })),
  contact: 'hostmaster@example.com',
  ttl: 14_400,
  nsTtl: 86_400,
  serial: 2026010100,
  version: '1.0.0',
};

/** Two domains to test a template with: one with all optional values, and one with none. */
const examples: readonly TemplateInput[] = [
  outside,
  {
    ...outside,
    ...{ ipv6: undefined, reseller: undefined },
    nameservers: [{ name: 'ns1.example.net' }],
  },
];

export default check;
