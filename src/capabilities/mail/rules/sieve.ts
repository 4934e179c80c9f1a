// Automatic replies and filters as a Sieve script (RFC 5228), which Dovecot runs for each message of a mailbox. Every value
// comes from an account, and stands between quotes.
import type { Autoresponder, Filter, FilterAction, FilterRule } from './state.ts';

/** The name of the script in the folder of a mailbox below `~/etc`. */
export const SCRIPT = 'whmapi1.sieve';

const REQUIRED = [
  ...['body', 'copy', 'date', 'envelope', 'fileinto', 'mailbox', 'regex', 'reject', 'relational'],
  ...['comparator-i;ascii-numeric', 'vacation', 'vacation-seconds', 'variables'],
];
const SECONDS_IN_HOUR = 3600;
/** Mail that a filter has not ended goes on to these. */
const HEADERS_OF_RECIPIENTS = ['To', 'Cc'];

/** The folder for spam, as WHM names it. */
export const SPAM_FOLDER = 'INBOX.spam';
/** Before replies and filters: nobody answers to spam. Exim adds this header, and removes that of strangers. */
const SPAM_RULE = `if header :is "X-Spam-Flag" "YES" { fileinto :create "${SPAM_FOLDER}"; stop; }`;

/** @returns undefined if there is nothing to do. */
export function sieveOf(
  filters: readonly Filter[],
  reply: Autoresponder | undefined,
  hasSpamBox: boolean,
): string | undefined {
  const active = filters.filter(({ enabled }) => enabled);
  if (active.length === 0 && reply === undefined && !hasSpamBox) return undefined;
  return [
    '# Written by whmapi1, which replaces this file. Own scripts are managed with ManageSieve.',
    `require [${REQUIRED.map(quoted).join(', ')}];`,
    // By which a text can have “${…}” that is not a variable.
    'set "dollar" "$";',
    ...(hasSpamBox ? [SPAM_RULE] : []),
    ...(reply === undefined ? [] : [...rejectionOf(active), replyOf(reply)]),
    ...active.map(filterOf),
    '',
  ].join('\n');
}

/** A string of Sieve (RFC 5228, section 2.4.2). */
function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

const escaped = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('${', '${dollar}{');

/** Dovecot runs no script that both replies and rejects. So this looks first whether a filter will reject the message. */
function rejectionOf(filters: readonly Filter[]): string[] {
  const deciding = filters.flatMap(({ rules, actions }) => {
    const last = actions.find(endsScript);
    return last === undefined ? [] : [{ rules, isRejecting: last.action === 'fail' }];
  });
  return [
    'set "decided" "";',
    'set "rejected" "";',
    ...deciding.map(({ rules, isRejecting }) =>
      [
        `if allof (string :is "\${decided}" "", ${conditionOf(rules)}) {`,
        '  set "decided" "yes";',
        ...(isRejecting ? ['  set "rejected" "yes";'] : []),
        '}',
      ].join('\n'),
    ),
  ];
}

/** No filter behind it is reached. */
const endsScript = ({ action, dest }: FilterAction) =>
  action === 'fail' || action === 'finish' || (action === 'save' && dest === '/dev/null');

function replyOf(reply: Autoresponder): string {
  const { sender, subject, body, isHtml, intervalHours, startsAt, stopsAt } = reply;
  const tests = [
    'string :is "${rejected}" ""',
    ...(startsAt === 0 ? [] : [`currentdate :value "ge" "iso8601" ${quoted(iso(startsAt))}`]),
    ...(stopsAt === 0 ? [] : [`currentdate :value "lt" "iso8601" ${quoted(iso(stopsAt))}`]),
  ];
  const text = isHtml ? htmlPart(body) : body;
  const words = [
    'vacation',
    `:seconds ${Math.max(intervalHours * SECONDS_IN_HOUR, 0)}`,
    `:subject "${filledIn(subject)}"`,
    `:from ${quoted(`${displayName(sender)} <${reply.localPart}@${reply.domain}>`)}`,
    ...(isHtml ? [':mime'] : []),
    `"${filledIn(text)}";`,
  ];
  return [
    'set "subject" "";',
    'set "from" "";',
    'if header :matches "Subject" "*" { set "subject" "${1}"; }',
    'if header :matches "From" "*" { set "from" "${1}"; }',
    'set "email" "";',
    'if envelope :matches "from" "*" { set "email" "${1}"; }',
    `if allof (${tests.join(', ')}) {`,
    `  ${words.join(' ')}`,
    '}',
  ].join('\n');
}

/** A name before an address (RFC 5322). Other characters than ASCII are encoded (RFC 2047). */
function displayName(name: string): string {
  if (/^[\u0020-\u007e]*$/.test(name)) return `"${name.replace(/["\\]/g, (one) => `\\${one}`)}"`;
  return `=?UTF-8?B?${Buffer.from(name, 'utf8').toString('base64')}?=`;
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '+00:00');

/** The words that WHM’s replies fill in. */
function filledIn(text: string): string {
  return escaped(text)
    .replaceAll('%subject%', '${subject}')
    .replaceAll('%from%', '${from}')
    .replaceAll('%email%', '${email}');
}

const htmlPart = (body: string) =>
  `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${body}`;

function filterOf({ name, rules, actions }: Filter): string {
  return [
    `# ${name.replaceAll(/[\r\n]/g, ' ')}`,
    `if ${conditionOf(rules)} {`,
    ...actions.map((action) => `  ${actionOf(action)}`),
    '}',
  ].join('\n');
}

/** “and” binds more tightly than “or”, which each stand after a rule. */
function conditionOf(rules: readonly FilterRule[]): string {
  const groups: string[][] = [[]];
  for (const [at, rule] of rules.entries()) {
    groups.at(-1)?.push(testOf(rule));
    if (rule.opt === 'or' && at < rules.length - 1) groups.push([]);
  }
  const all = groups.map((tests) =>
    tests.length === 1 ? (tests[0] ?? 'false') : `allof (${tests.join(', ')})`,
  );
  return all.length === 1 ? (all[0] ?? 'false') : `anyof (${all.join(', ')})`;
}

function testOf({ part, match, val }: FilterRule): string {
  const isNegative = /\bnot\b/.test(match);
  const test = positiveTest(part, match.replace(/^does not (\w+)$/, '$1').replace('is not', 'is'), val);
  return isNegative ? `not ${test}` : test;
}

function positiveTest(part: string, match: string, val: string): string {
  const [how, text] = matchOf(match, val);
  if (part === '$message_body:') return `body :text ${how} ${quoted(text)}`;
  if (part === '$message_headers:')
    return `header ${how} [${ALL_HEADERS.map(quoted).join(', ')}] ${quoted(text)}`;
  return `header ${how} [${headersOf(part).map(quoted).join(', ')}] ${quoted(text)}`;
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  '$header_from:': ['From'],
  '$header_subject:': ['Subject'],
  '$header_to:': ['To'],
  '$reply_address:': ['Reply-To', 'From'],
  'foranyaddress $h_to:,$h_cc:': HEADERS_OF_RECIPIENTS,
  '$h_X-Spam-Status:': ['X-Spam-Status'],
  '$h_X-Spam-Score:': ['X-Spam-Score'],
  '$h_X-Spam-Bar:': ['X-Spam-Bar'],
  '$h_List-Id:': ['List-Id'],
};
/** Sieve has no test for “any header”. */
const ALL_HEADERS = [
  ...[
    'From',
    'To',
    'Cc',
    'Reply-To',
    'Sender',
    'Subject',
    'Return-Path',
    'Received',
    'Message-Id',
    'List-Id',
  ],
  ...['List-Unsubscribe', 'X-Mailer', 'User-Agent', 'X-Spam-Status', 'X-Spam-Score', 'Content-Type', 'Date'],
];

/** What a rule can look at. */
export const filterParts: readonly string[] = [...Object.keys(PARTS), '$message_body:', '$message_headers:'];

const headersOf = (part: string) => PARTS[part] ?? [];

/** The way of comparing, and the text to compare with. */
function matchOf(match: string, val: string): readonly [string, string] {
  switch (match) {
    case 'is':
      return [':is', val];
    case 'matches':
    case 'match':
      return [':regex', val];
    case 'begins':
    case 'begin':
      return [':matches', `${withoutWildcards(val)}*`];
    case 'ends':
    case 'end':
      return [':matches', `*${withoutWildcards(val)}`];
    case 'is above':
      return [':value "gt" :comparator "i;ascii-numeric"', val];
    case 'is below':
      return [':value "lt" :comparator "i;ascii-numeric"', val];
    default:
      return [':contains', val];
  }
}

const withoutWildcards = (text: string) => text.replace(/[*?\\]/g, (one) => `\\${one}`);

function actionOf({ action, dest }: FilterAction): string {
  switch (action) {
    case 'deliver':
      return `redirect ${quoted(dest)};`;
    case 'fail':
      return `reject ${quoted(dest === '' ? 'The message was refused.' : dest)}; stop;`;
    case 'save':
      return dest === '/dev/null' ? 'discard; stop;' : `fileinto :create ${quoted(folderOf(dest))};`;
    case 'finish':
      return 'stop;';
  }
}

/** `INBOX.Shop` for any way in which clients name a folder: `$home/mail/.Shop`, `/Shop`, `INBOX/Shop`, `Shop`. */
export function folderOf(dest: string): string {
  const name = dest
    .replace(/^\$home\/mail\//, '')
    .replace(/^\/+/, '')
    .replace(/^\.+/, '')
    .replaceAll('/', '.');
  return /^INBOX(\.|$)/i.test(name) ? name : `INBOX.${name}`;
}
