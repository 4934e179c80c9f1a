// Publishes the records that authenticate the mail of new domains: DKIM, SPF and DMARC.
import { ApiError } from '../../../core/errors.ts';
import { defineTask } from '../../../core/task.ts';
import type { AuthenticationRequest } from '../driver/authentication/steps/request.ts';

export default defineTask<AuthenticationRequest>({
  description: 'Publish the DNS records that authenticate mail of new domains.',
  whenInterrupted: 'retry',
  // After 1, 5 and 21 minutes.
  retries: { count: 3, delayMs: 60_000, growth: 4 },

  async run({ domains, dkim, spf, dmarc }, { callOwn }) {
    const flags = Object.entries({ dkim, spf, dmarc }).map(([name, is]) => ({ name, value: is ? '1' : '0' }));
    const args = [...domains.map((value) => ({ name: 'domain', value })), ...flags];
    const { metadata } = await callOwn({ command: '--publish-authentication', args });
    if (metadata.result !== 1) throw new ApiError('host_failed', metadata.reason);
    return { domains: [...domains] };
  },
});
