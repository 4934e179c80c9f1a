// Parameters and fields of the functions for filters.
import type { Fields, Param } from '../../../core/define.ts';
import type { Filter } from './state.ts';

export { ROLE } from './email-form.ts';
export const FILTERS = 'emailfilter';

export const filterAccountParam = {
  type: 'string',
  maxLength: 254,
  lowerCase: true,
  doc: 'The mailbox. Default: the filter is for all mailboxes of the account.',
} as const satisfies Param;

export const filterNameParam = {
  type: 'string',
  maxLength: 128,
  pattern: { matches: /^[^\u0000-\u001f]+$/u, expects: 'a name without control characters' },
  doc: 'The name of the filter.',
} as const satisfies Param;

const text = (doc: string) => ({ type: 'string', maxLength: 1000, doc }) as const satisfies Param;

/** Numbered: `part1`, `part2`, … */
export const filterParams = {
  'part#': text('What a rule looks at, such as $header_subject: or $message_body:.'),
  'match#': text('How a rule compares: is, contains, begins, ends, matches, is above.'),
  'val#': text('What it is compared with. With matches: a regular expression.'),
  'opt#': text('Before the next rule: and, or.'),
  'action#': text('What happens: save, deliver, fail (refuse), finish (run no later filter).'),
  'dest#': text('The folder, address or message. Saving to /dev/null discards.'),
} as const satisfies Readonly<Record<string, Param>>;

const rule = {
  part: { type: 'string', doc: 'What the rule looks at.' },
  match: { type: 'string', doc: 'How it compares.' },
  val: { type: 'string', doc: 'What it is compared with.' },
  opt: { type: 'string', doc: 'and or or, before the next rule.' },
} as const satisfies Fields;
const action = {
  action: { type: 'string', doc: 'save, deliver, fail or finish.' },
  dest: { type: 'string', doc: 'The folder, the address or the message.' },
} as const satisfies Fields;
const number = { type: 'integer', doc: 'Its number.' } as const;

export const listedFilterFields = {
  filtername: { type: 'string', doc: 'The name.' },
  enabled: { type: 'flag', doc: '1: it is used.' },
  unescaped: { type: 'flag', doc: 'Always 1.' },
  rules: { list: { fields: rule }, doc: 'What a message must be like.' },
  actions: { list: { fields: action }, doc: 'What happens to it.' },
} as const satisfies Fields;

export const listedFilter = ({ name, enabled, rules, actions }: Filter) => ({
  ...{ filtername: name, enabled: enabled ? 1 : 0, unescaped: 1 },
  ...{ rules: rules.map((one) => ({ ...one })), actions: actions.map((one) => ({ ...one })) },
});

export const filterFields = {
  filtername: { type: 'string', doc: 'The name.' },
  rules: { list: { fields: { ...rule, number } }, doc: 'What a message must be like.' },
  actions: { list: { fields: { ...action, number } }, doc: 'What happens to it.' },
  metadata: {
    fields: { transformed: { type: 'flag', doc: 'Always 0: filters are shown as they were stored.' } },
    doc: 'About this response.',
  },
} as const satisfies Fields;

export const shownFilter = ({ name, rules, actions }: Filter) => ({
  filtername: name,
  rules: rules.map((one, at) => ({ ...one, number: at + 1 })),
  actions: actions.map((one, at) => ({ ...one, number: at + 1 })),
  metadata: { transformed: 0 },
});
