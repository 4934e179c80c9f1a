// location(1), with a world of three countries. Networks of IPv4 and IPv6 come in any order.
import type { Installation } from './installation.ts';

const world: Readonly<Record<string, readonly string[]>> = {
  AU: ['1.0.1.0/24', '2001:db8:1::/48', '1.0.0.0/24'],
  CN: ['1.0.2.0/23'],
  US: ['::/3', '8000::/1', '4000::/2', '3000::/4', '0.0.0.0/8', '128.0.0.0/1', '64.0.0.0/2'],
};

export function pretendCountries(here: Installation): void {
  const { machine } = here.engine;
  const tools = {
    has: async () => true,
    find: async () => [],
    run: async (_name: string, words: readonly unknown[]) => {
      const codes = words.slice(3).map(String);
      const lines =
        words[0] === 'list-countries' ? Object.keys(world) : codes.flatMap((code) => world[code] ?? []);
      return { status: 0, stdout: `${lines.join('\n')}\n`, stderr: '' };
    },
  };
  here.overrides.machine = {
    ...machine,
    tools: async (declared) =>
      declared.some(({ name }) => name === 'location') ? tools : machine.tools(declared),
  };
}
