// The firewall of Linux on a throw-away machine with its own network, and of the sandbox.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/machine/linux/run.ts';
import { LinuxFirewall } from '../../src/machine/linux/firewall.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { isMissing } from '../support/require-tool.ts';
import { until } from '../support/until.ts';
import { describeFirewall } from './firewall.contract.ts';
import { ThrowAwayMachine } from './throw-away-machine.ts';

// Starting machines and their tools is slow if this one is busy.
describeFirewall('the sandbox', false, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-sandbox-'));
  return {
    firewall: await sandboxMachine(folder, () => Date.now()).firewall(),
    close: async () => {
      expect(readdirSync(folder)).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  };
});

if (process.getuid?.() !== 0) {
  test.skip('the firewall of Linux (skipped: these tests do not run as root)', () => undefined);
} else if (isMissing('nft')) {
  test.skip('the firewall of Linux (skipped: nft of the package nftables is not installed)', () => undefined);
} else {
  describeFirewall('Linux', true, () => ThrowAwayMachine.start());

  describe('on Linux', () => {
    let machine: ThrowAwayMachine;
    beforeAll(async () => {
      machine = await ThrowAwayMachine.start();
    });
    afterAll(() => machine.close());

    const rules = async () => (await machine.run('nft', 'list', 'ruleset')).stdout;
    const FAR = '198.51.100.7';
    const NETWORK = '2001:db8:0:1::/64';
    const later = () => Date.now() + 600_000;

    test('other rules are not changed, and the program’s rules exist once', async () => {
      await machine.run('nft', 'add', 'table', 'inet', 'others');
      await machine.run('nft', 'add', 'set', 'inet', 'others', 'blocked_ipv4', '{ type ipv4_addr; }');
      await machine.run('nft', 'add', 'element', 'inet', 'others', 'blocked_ipv4', '{ 203.0.113.9 }');
      const before = await rules();
      expect(await machine.firewall.isAvailable()).toBe(true);
      expect(await rules()).toBe(before);
      for (let time = 0; time < 3; time++) await machine.firewall.block(FAR, later());
      const after = await rules();
      expect(after.startsWith(before)).toBe(true);
      expect(after.match(/ drop$/gm)).toHaveLength(2);
      expect((await machine.firewall.list()).map(({ address }) => address)).toEqual([FAR]);
      // A rule that somebody adds to our table by hand is not ours.
      await machine.run('nft', 'add', 'element', 'inet', 'whmapi1', 'blocked_ipv4', '{ 203.0.113.9 }');
      expect((await machine.firewall.list()).map(({ address }) => address)).toEqual([FAR]);
      await machine.firewall.unblock(FAR);
      expect(await machine.firewall.list()).toEqual([]);
    });

    // The second machine is a network namespace within this one’s, with a virtual cable between them.
    (isMissing('ip') ? test.skip : test)(
      'packets of a blocked address are dropped, and others arrive',
      async () => {
        const { stdout } = await machine.run(
          'sh',
          '-c',
          'unshare --net sleep 600 > /dev/null 2>&1 & ' +
            'while [ /proc/$!/ns/net -ef /proc/self/ns/net ]; do sleep 0.05; done; echo $!',
        );
        const far = stdout.trim();
        const here = async (...words: string[]) => {
          const ran = await machine.run('ip', ...words);
          expect([words, ran.status, ran.stderr]).toEqual([words, 0, '']);
        };
        const there = (...words: string[]) => machine.run('nsenter', '--target', far, '--net', ...words);
        await here('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far', 'netns', far);
        await here('address', 'add', '198.51.100.1/24', 'dev', 'near');
        await here('address', 'add', '2001:db8:0:1::1/64', 'dev', 'near', 'nodad');
        await here('link', 'set', 'near', 'up');
        await there('ip', 'address', 'add', `${FAR}/24`, 'dev', 'far');
        await there('ip', 'address', 'add', '2001:db8:0:1::7/64', 'dev', 'far', 'nodad');
        await there('ip', 'link', 'set', 'far', 'up');

        /** Nobody listens, so a packet that gets through is rejected at once. 124 is the status of `timeout`. */
        const isDropped = async (address: string) => {
          const { status } = await there('timeout', '1', 'bash', '-c', `exec 3<>/dev/tcp/${address}/9`);
          expect([1, 124]).toContain(status);
          return status === 124;
        };
        /** The first packets that are allowed can be late. */
        const areDropped = (ipv4: boolean, ipv6: boolean) =>
          until(
            async () =>
              (await isDropped('198.51.100.1')) === ipv4 && (await isDropped('2001:db8:0:1::1')) === ipv6,
            `IPv4 was ${ipv4 ? 'dropped' : 'let through'} and IPv6 ${ipv6 ? 'dropped' : 'let through'}`,
          );
        await areDropped(false, false);
        await machine.firewall.block(FAR, later());
        await areDropped(true, false);
        await machine.firewall.block(NETWORK, later());
        await areDropped(true, true);
        await machine.firewall.unblock(FAR);
        await areDropped(false, true);
        await machine.firewall.unblock(NETWORK);
        await areDropped(false, false);
      },
    );
  });
}

test('without nft there is no firewall, and the error names the missing tool', async () => {
  const firewall = new LinuxFirewall(
    (_tool, words, options) => run('no-such-nft', words, options),
    () => Date.now(),
  );
  expect(await firewall.isAvailable()).toBe(false);
  expect(await firewall.list()).toEqual([]);
  await firewall.unblock('198.51.100.7');
  await expect(firewall.block('198.51.100.7', Date.now() + 60_000)).rejects.toThrow(
    '“no-such-nft” is not installed.',
  );
});
