import { changeSpamd } from '../../capabilities/mail/plans/change-spamd.ts';
import { allowedAddresses, DEFAULTS } from '../../capabilities/mail/rules/spam/settings.ts';
import { defineFunction } from '../../core/define.ts';

const count = { type: 'integer', min: 1 } as const;
const seconds = { type: 'integer', min: 0, max: 86_400 } as const;

export default defineFunction({
  name: 'save_spamd_config',
  since: 44,
  summary: 'Set up the daemon of the spam filter SpamAssassin.',
  description:
    'Omitted parameters get their defaults. SpamAssassin is restarted, which takes some seconds. Mail that arrives ' +
    'meanwhile is not checked. 127.0.0.1 stands for the mail server itself, which asks by a socket that no account can ' +
    'open. For further addresses, SpamAssassin listens on port 783.',
  access: 'root',
  effect: 'operates',
  params: {
    allowedips: {
      type: 'string',
      default: DEFAULTS.allowedips,
      maxLength: 1024,
      doc: 'The IP addresses that may ask it, with commas between them. 127.0.0.1 must be one of them.',
    },
    maxchildren: {
      ...count,
      max: 100,
      default: Number(DEFAULTS.maxchildren),
      doc: 'How many messages it checks at the same time. Each process needs some 60 MiB of memory.',
    },
    maxconnperchild: {
      ...count,
      max: 100_000,
      default: Number(DEFAULTS.maxconnperchild),
      doc: 'After how many messages a process is replaced with another one.',
    },
    pidfile: {
      type: 'string',
      maxLength: 255,
      doc: 'The file with its process ID.',
      noEffectReason: 'systemd itself knows the process.',
    },
    timeouttcp: {
      ...seconds,
      default: Number(DEFAULTS.timeouttcp),
      doc: 'The seconds in which a client must send its headers. 0: no limit.',
    },
    timeoutchild: {
      ...seconds,
      default: Number(DEFAULTS.timeoutchild),
      doc: 'The seconds after which a check is ended. 0: no limit. The mail server waits for 20 seconds at most.',
    },
  },
  returns: null,
  examples: [{ args: { maxchildren: '3' }, doc: 'Check three messages at a time.' }],

  async handler({ allowedips, maxchildren, maxconnperchild, timeouttcp, timeoutchild }, context) {
    const settings = {
      allowedips: allowedAddresses(allowedips),
      maxchildren: String(maxchildren),
      maxconnperchild: String(maxconnperchild),
      timeouttcp: String(timeouttcp),
      timeoutchild: String(timeoutchild),
    };
    context.plan(await changeSpamd(context, settings));
  },
});
