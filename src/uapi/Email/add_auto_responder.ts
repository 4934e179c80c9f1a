import { setAutoresponder } from '../../capabilities/mail/plans/own-mail/autoresponders.ts';
import { AUTORESPONDERS, domainParam, emailParam, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::add_auto_responder',
  since: 42,
  summary: 'Set the automatic reply of a mailbox.',
  description:
    'It replaces the present one. The words %subject%, %from% and %email% are filled in from the message. Mailing lists, ' +
    'and mail that is itself automatic, get no reply (RFC 5230).',
  feature: AUTORESPONDERS,
  role: ROLE,
  effect: 'operates',
  params: {
    email: { ...emailParam, required: true },
    domain: { ...domainParam, required: true, doc: 'The domain of the mailbox.' },
    from: {
      type: 'string',
      required: true,
      maxLength: 200,
      doc: 'The name that the reply has as its sender.',
    },
    subject: { type: 'string', required: true, maxLength: 500, doc: 'The subject of the reply.' },
    body: {
      type: 'string',
      required: true,
      maxLength: 65_536,
      multiline: true,
      doc: 'The text of the reply.',
    },
    interval: {
      type: 'integer',
      required: true,
      min: 0,
      max: 8760,
      doc: 'The hours between two replies to the same sender. 0: each message gets one.',
    },
    is_html: { type: 'flag', required: true, doc: '1: the text is HTML.' },
    start: {
      type: 'integer',
      required: true,
      min: 0,
      max: 4_102_444_800,
      doc: 'When it begins, in seconds since 1970-01-01. 0: now.',
    },
    stop: { type: 'integer', required: true, min: 0, max: 4_102_444_800, doc: 'When it ends. 0: never.' },
    charset: {
      type: 'string',
      default: 'utf-8',
      values: ['utf-8', 'UTF-8'],
      doc: 'The character set of the text.',
    },
  },
  returns: null,
  examples: [
    {
      args: {
        ...{ email: 'sales', domain: 'bob.example', from: 'Sales', subject: 'Away', body: 'Back on Monday.' },
        ...{ interval: '24', is_html: '0', start: '0', stop: '0' },
      },
      doc: 'Answer mail to sales@bob.example, each sender once a day.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    const { email, domain, from: name, subject, body, is_html: isHtml, interval, start, stop } = args;
    const reply = {
      sender: name,
      subject,
      body,
      isHtml,
      intervalHours: interval,
      startsAt: start,
      stopsAt: stop,
    };
    context.plan(await setAutoresponder(context, { email, domain, ...reply }));
  },
});
