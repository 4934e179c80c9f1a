// Parameters and fields of the functions for the spam filter.
import type { Fields, Param } from '../../../../core/define.ts';
import { preferenceNames } from './preferences.ts';

export const SPAM_ROLE = 'SpamFilter';
export const SPAM_FILTER = 'spamassassin';
export const SPAM_BOX = 'spambox';

export const spamAccountParam = {
  type: 'string',
  maxLength: 254,
  lowerCase: true,
  doc: 'The account’s own name. Mailboxes have no settings of their own.',
} as const satisfies Param;

export const preferenceFields = Object.fromEntries(
  preferenceNames.map((name) => [
    name,
    {
      list: name === 'required_score' ? { type: 'number' } : { type: 'string' },
      optional: true,
      doc: `The values of ${name}.`,
    },
  ]),
) satisfies Fields;
