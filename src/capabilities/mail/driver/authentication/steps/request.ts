// Changes nothing: it says what a task does once the call has succeeded, and the outcome starts that task.
import { defineStep } from '../../../../../core/plan.ts';

export interface AuthenticationRequest {
  readonly username: string;
  /** Domains that got a zone. */
  readonly domains: readonly string[];
  readonly dkim: boolean;
  readonly spf: boolean;
  readonly dmarc: boolean;
}

export default defineStep<AuthenticationRequest, undefined, AuthenticationRequest>({
  kind: 'authentication/request',
  describe({ domains, dkim, spf, dmarc }) {
    const what = [...(dkim ? ['DKIM'] : []), ...(spf ? ['SPF'] : []), ...(dmarc ? ['DMARC'] : [])];
    const names = domains.map((one) => `“${one}”`).join(', ');
    return `Start a task that publishes the records for mail of ${names}: ${what.join(', ')}.`;
  },
  apply: (_machine, { input }) => Promise.resolve(input),
});
