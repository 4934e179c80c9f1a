// The overview: the state of the server, as far as the user may see it.
import type { Overview } from '../wire.ts';
import { element } from './element.ts';
import { amount, fact, hint, inUnits, keepOverview, link, meter } from './facts.ts';
import { base, request } from './session.ts';

export function startOverview(): void {
  keepOverview(async () => show(await request<Overview>('overview.json')));
}

function show(overview: Overview): HTMLElement[] {
  const facts = [
    accounts(overview),
    twoFactor(overview),
    load(overview),
    ...(overview.disks ?? []).map(disk),
    unfinished(overview),
  ].filter((fact) => fact !== undefined);
  const sections = [integrationLinks(overview), failedLogins(overview)].filter((one) => one !== undefined);
  return [element('ul', { class: 'facts' }, ...facts), ...sections];
}

function accounts({ accounts: counts, resellers }: Overview): HTMLElement | undefined {
  if (counts === undefined) return undefined;
  const suspended = counts.suspended === 0 ? 'None suspended' : `${counts.suspended} suspended`;
  const ofResellers = resellers === undefined ? '' : `, ${amount(resellers, 'reseller')}`;
  return fact(
    'Accounts',
    counts.total.toLocaleString('en'),
    hint(`${suspended}${ofResellers}`),
    link('api-shell#listaccts', 'List accounts'),
  );
}

function twoFactor({ twoFactor: state }: Overview): HTMLElement | undefined {
  if (state === undefined) return undefined;
  const { isSetUp, isPolicyOn, recoveryCodes } = state;
  const policy = isPolicyOn
    ? 'The policy is enabled.'
    : 'The policy is disabled, so logins do not require a code.';
  const codes = `You have ${recoveryCodes === 0 ? 'no recovery codes' : amount(recoveryCodes, 'recovery code')}.`;
  return fact(
    'Two-factor authentication',
    element(
      'span',
      { class: isSetUp && isPolicyOn ? 'chip good' : 'chip caution' },
      isSetUp ? 'Set up' : 'Not set up',
    ),
    hint(isSetUp ? `${policy} ${codes}` : policy),
    link('two-factor', isSetUp ? 'Manage' : 'Set up'),
  );
}

function load({ load: { one, five, fifteen, processors } }: Overview): HTMLElement {
  return fact(
    'Load',
    one.toFixed(2),
    meter('Load, as a share of the processors', one / processors),
    hint(
      `${five.toFixed(2)} over 5 minutes, ${fifteen.toFixed(2)} over 15, on ${amount(processors, 'processor')}`,
    ),
  );
}

function disk({ purposes, path, size, available }: NonNullable<Overview['disks']>[number]): HTMLElement {
  const used = size === 0 ? 0 : (size - available) / size;
  const kept = purposes.join(' and ');
  return fact(
    'Disk',
    `${inUnits(available)} free`,
    meter(`Disk used by ${path}`, used),
    hint(`${Math.round(used * 100)} % of ${inUnits(size)} used; ${kept}: `, element('code', {}, path)),
  );
}

function unfinished({ unfinished: left }: Overview): HTMLElement | undefined {
  if (left === undefined) return undefined;
  if (left.length === 0)
    return fact('Unfinished work', 'None', hint('No operation is running or was interrupted.'));
  return fact(
    'Unfinished work',
    String(left.length),
    element(
      'ul',
      { class: 'plain' },
      ...left.map(({ kind, caller, state }) =>
        element(
          'li',
          {},
          element('code', {}, kind),
          ` by ${caller} `,
          element('span', { class: state === 'running' ? 'chip' : 'chip caution' }, state),
        ),
      ),
    ),
    left.some(({ state }) => state === 'interrupted') &&
      hint('The next call undoes or completes interrupted work.'),
    left.some(({ state }) => state === 'left to a task') &&
      hint('The tasks try every minute. whmapi1 --tasks shows what prevents them.'),
  );
}

function integrationLinks({ links = [] }: Overview): HTMLElement | undefined {
  if (links.length === 0) return undefined;
  const groups = [...new Set(links.map(({ group }) => group))];
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'links' },
    element('h2', { id: 'links' }, 'Links'),
    ...groups.flatMap((group) => [
      group !== '' && element('h3', {}, group),
      element('ul', { class: 'plain links' }, ...links.filter((one) => one.group === group).map(linkItem)),
    ]),
  );
}

function linkItem({ path, label, image }: NonNullable<Overview['links']>[number]): HTMLElement {
  const picture =
    image !== '' && element('img', { src: `data:image/png;base64,${image}`, alt: '', width: 32, height: 32 });
  const attributes = { href: `${base}/${path}`, target: '_blank', rel: 'noopener noreferrer' };
  return element('li', {}, element('a', attributes, picture, label));
}

function failedLogins({ failedLogins: logins }: Overview): HTMLElement | undefined {
  if (logins === undefined) return undefined;
  const { isCounting, minutes, total, latest } = logins;
  const span = minutes % 60 === 0 ? amount(minutes / 60, 'hour') : amount(minutes, 'minute');
  const heads = ['User', 'Address', 'When'].map((text) => element('th', { scope: 'col' }, text));
  const rows = latest.map(({ user, ip, failedAt }) => {
    const moment = new Date(failedAt);
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, user),
      element('td', {}, ip),
      element('td', {}, element('time', { datetime: moment.toISOString() }, moment.toLocaleString('en-GB'))),
    );
  });
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'failed-logins' },
    element('h2', { id: 'failed-logins' }, 'Failed logins'),
    !isCounting &&
      element(
        'p',
        { class: 'callout warning' },
        'The brute-force protection (cPHulk) is disabled, so failed logins are not counted.',
      ),
    hint(total === 0 ? `None in the last ${span}.` : `${total.toLocaleString('en')} in the last ${span}.`),
    rows.length > 0 &&
      element(
        'div',
        { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': 'Latest failed logins' },
        element(
          'table',
          {},
          element('thead', {}, element('tr', {}, ...heads)),
          element('tbody', {}, ...rows),
        ),
      ),
    total > rows.length &&
      element('p', {}, link('api-shell#get_cphulk_failed_logins', 'List all failed logins')),
  );
}
