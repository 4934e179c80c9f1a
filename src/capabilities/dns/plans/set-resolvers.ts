// Sets the DNS resolvers of this server.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import set from '../driver/resolver/steps/set.ts';

const change = defineChange<null>({
  kind: 'set-resolvers',
  // Only the machine stores this.
  store: async () => undefined,
});
export default change;

export function setResolvers(servers: readonly string[]): Plan {
  return change.plan(null, { locks: [exclusive('resolvers')], steps: [set.plan({ servers })] });
}
