import { getAutoresponder } from '../../capabilities/mail/plans/own-mail/autoresponders.ts';
import { AUTORESPONDERS, emailParam, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_auto_responder',
  since: 42,
  summary: 'Show the automatic reply of a mailbox.',
  feature: AUTORESPONDERS,
  role: ROLE,
  effect: 'reads',
  params: {
    email: { ...emailParam, required: true },
    temp_charset: {
      type: 'string',
      doc: 'The character set of a new reply.',
      noEffectReason: 'it is always UTF-8.',
    },
  },
  returns: {
    fields: {
      from: { type: 'string', doc: 'The name that the reply has as its sender.' },
      subject: { type: 'string', doc: 'The subject of the reply.' },
      body: { type: 'string', doc: 'The text of the reply.' },
      charset: { type: 'string', doc: 'The character set of the text.' },
      interval: { type: 'integer', doc: 'The hours between two replies to the same sender.' },
      is_html: { type: 'flag', doc: '1: the text is HTML.' },
      start: { type: 'integer', doc: 'When it begins, in seconds since 1970-01-01. 0: no limit.' },
      stop: { type: 'integer', doc: 'When it ends. 0: never.' },
    },
  },
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'The automatic reply of sales@bob.example.',
      setUp: ['Email::add_pop', 'Email::add_auto_responder'],
    },
  ],

  async handler({ email }, context) {
    const { sender, subject, body, isHtml, intervalHours, startsAt, stopsAt } = await getAutoresponder(
      context,
      email,
    );
    return {
      ...{ from: sender, subject, body, charset: 'utf-8', interval: intervalHours },
      ...{ is_html: isHtml ? 1 : 0, start: startsAt, stop: stopsAt },
    };
  },
});
