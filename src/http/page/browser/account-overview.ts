// The overview of an account: what it uses of its limits, as bars, and facts about it.
import { element } from './element.ts';
import { fact, hint, inUnits, keepOverview, link, meter } from './facts.ts';
import { RequestFailed, uapi } from './session.ts';

/** A row of ResourceUsage::get_usages. */
interface Usage {
  readonly id: string;
  readonly description: string;
  readonly usage: number;
  /** Null is unlimited. */
  readonly maximum: number | null;
  readonly formatter: 'format_bytes' | null;
}

/** What Variables::get_user_information returns. */
interface Information {
  readonly created: number;
  readonly home: string;
  readonly ip: string;
  readonly plan: string;
}

export function startAccountOverview(): void {
  keepOverview(async () => {
    const name = ['created', 'home', 'ip', 'plan'];
    const [usages, information, isSetUp] = await Promise.all([
      uapi<readonly Usage[]>('ResourceUsage/get_usages').catch(orFailure),
      uapi<Information>('Variables/get_user_information', { name }),
      uapi<{ is_enabled: 0 | 1 }>('TwoFactorAuth/get_user_configuration')
        .then((configuration) => configuration.is_enabled === 1)
        .catch(orFailure),
    ]);
    const facts = [
      ...(usages instanceof RequestFailed ? [notMeasured(usages)] : usages.map(bar)),
      ...(isSetUp instanceof RequestFailed ? [] : [twoFactor(isSetUp)]),
    ];
    return [element('ul', { class: 'facts' }, ...facts), about(information)];
  });
}

/** The rest is shown without what cannot be measured or is not included. */
function orFailure(error: unknown): RequestFailed {
  if (error instanceof RequestFailed) return error;
  throw error;
}

function notMeasured({ message }: RequestFailed): HTMLElement {
  return element('li', {}, element('p', { class: 'callout failure' }, message));
}

function bar({ description, usage, maximum, formatter }: Usage): HTMLElement {
  const inWords = (value: number) => (formatter === null ? value.toLocaleString('en') : inUnits(value));
  if (maximum === null) return fact(description, inWords(usage), hint('Unlimited'));
  if (maximum === 0 && usage === 0) return fact(description, inWords(0), hint('Your package includes none.'));
  const share = maximum === 0 ? 1 : usage / maximum;
  return fact(
    description,
    inWords(usage),
    meter(`${description}: used of the limit`, share),
    hint(`${Math.round(share * 100)} % of ${inWords(maximum)} used`),
  );
}

function twoFactor(isSetUp: boolean): HTMLElement {
  return fact(
    'Two-factor authentication',
    element('span', { class: isSetUp ? 'chip good' : 'chip caution' }, isSetUp ? 'Set up' : 'Not set up'),
    link('two-factor', isSetUp ? 'Manage' : 'Set up'),
  );
}

function about({ created, home, ip, plan }: Information): HTMLElement {
  const date = new Date(created * 1000);
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  const rows = [
    ['Package', plan],
    ['Home directory', element('code', {}, home)],
    ['IPv4 address', element('code', {}, ip)],
    ['Created', element('time', { datetime: date.toISOString() }, day)],
  ] as const;
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'about' },
    element('h2', { id: 'about' }, 'About the account'),
    element(
      'dl',
      { class: 'pairs' },
      ...rows.flatMap(([label, value]) => [element('dt', {}, label), element('dd', {}, value)]),
    ),
  );
}
