import { defineApi2 } from '../../core/define-uapi.ts';
import { createRequest } from '../../capabilities/certificates/rules/create.ts';
import {
  fieldsOfHost,
  hostParams,
  outcomeFields,
} from '../../capabilities/certificates/rules/host-params.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import {
  addRequest,
  assertStillThere,
  openKeyForHost,
} from '../../capabilities/certificates/rules/new-items.ts';
import { challengePassword } from '../../capabilities/certificates/rules/subject-params.ts';

export default defineApi2({
  name: 'SSL::gencsr',
  since: null,
  summary: 'Generate a certificate signing request for a domain that has a key.',
  description: 'Generate the key with SSL::genkey. SSL::show_csr of UAPI shows the request.',
  feature: FEATURE,
  failureRow: 'result output',
  effect: 'changes',
  params: { ...hostParams, pass: { ...challengePassword, alias: ['password'] } },
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
    return { key, request: await createRequest(key, subject, args.pass) };
  },
  async handler(_args, context, { key, request }) {
    await assertStillThere(context, key);
    await addRequest(context, request, undefined);
    return [{ result: 1, output: 'Certificate Signing Request generated!' }];
  },
});
