import { defineApi2 } from '../../core/define-uapi.ts';
import { createSelfSigned } from '../../capabilities/certificates/rules/create.ts';
import {
  fieldsOfHost,
  hostParams,
  outcomeFields,
} from '../../capabilities/certificates/rules/host-params.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import {
  addCertificate,
  assertStillThere,
  openKeyForHost,
} from '../../capabilities/certificates/rules/new-items.ts';

export default defineApi2({
  name: 'SSL::gencrt',
  since: null,
  summary: 'Generate a self-signed certificate for a domain that has a key.',
  description: 'Generate the key with SSL::genkey. The certificate is valid for one year.',
  feature: FEATURE,
  failureRow: 'result output',
  effect: 'changes',
  params: {
    ...hostParams,
    pass: {
      type: 'string',
      maxLength: 255,
      sensitive: true,
      doc: 'A password, as some clients pass it.',
      noEffectReason: 'Only signing requests can have a challenge password.',
    },
  },
  emptyIsOmitted: true,
  returns: { fields: outcomeFields },
  examples: [
    {
      args: { host: 'bob.example', country: 'DE', state: 'Berlin', city: 'Berlin', company: 'Bob’s Shop' },
      doc: 'For the main domain.',
    },
  ],

  async look(args, context) {
    const key = await openKeyForHost(context, args.host);
    const subject = { domains: [args.host], fields: fieldsOfHost(args) };
    return { key, certificate: createSelfSigned(key, subject, context.now()) };
  },
  async handler(_args, context, { key, certificate }) {
    await assertStillThere(context, key);
    await addCertificate(context, certificate, { chain: '', friendlyName: undefined });
    return [{ result: 1, output: 'Certificate generated!' }];
  },
});
