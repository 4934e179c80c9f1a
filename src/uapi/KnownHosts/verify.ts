import { defineUapi } from '../../core/define-uapi.ts';
import * as knownHosts from '../../capabilities/ssh/driver/ssh-keys/known-hosts.ts';
import { hostParams, keyRows, SCAN_NOTE } from '../../capabilities/ssh/rules/known-hosts-form.ts';

export default defineUapi({
  name: 'KnownHosts::verify',
  since: 74,
  summary: 'Compare the keys of an SSH server with the account’s file ~/.ssh/known_hosts.',
  description: SCAN_NOTE,
  effect: 'calls',
  feature: 'ssh',
  params: hostParams,
  returns: {
    fields: {
      errors: { list: { type: 'string' }, doc: 'Why the server is not verified. Empty if it is.' },
      failure_type: {
        type: 'string',
        doc: '“new” if the file does not have the server, “changed” if it has another key. Empty if it is verified.',
      },
      host: keyRows,
      status: {
        type: 'flag',
        doc: '1 if the server shows a key that the file has, and no other one of that kind.',
      },
    },
  },
  examples: [
    {
      args: { host_name: '127.0.0.1' },
      doc: 'This server itself, which is no public address.',
      fails: 'denied',
    },
  ],

  async handler({ host_name: name, port }, context) {
    const host = { host: name, port };
    const keys = await knownHosts.scan(context, host);
    const { keys: known } = await knownHosts.readKnown(context, host);
    const rows = keys.map((key) => knownHosts.rowOf(host, key));
    const failed = (type: string, sentence: string) => ({
      ...{ errors: [sentence], failure_type: type, host: rows, status: 0 },
    });
    const ofSameKind = keys.filter(({ type }) => known.some((other) => other.type === type));
    if (ofSameKind.length === 0) return failed('new', `The file does not have a key of “${name}”.`);
    const isVerified = ofSameKind.every((key) => known.some((other) => knownHosts.isSameKey(key, other)));
    if (isVerified) return { errors: [], failure_type: '', host: rows, status: 1 };
    return failed('changed', `The key of “${name}” is another one than in the file.`);
  },
});
