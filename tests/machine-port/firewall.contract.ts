// What every machine guarantees about its firewall, whether it has one or not.
import { type MachineFirewall } from '../../src/core/machine.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import { until } from '../support/until.ts';

export interface Guarded {
  readonly firewall: MachineFirewall;
  close(): Promise<void>;
}

const FAR = '198.51.100.7';
const NETWORK = '2001:db8:0:1::/64';
const inMinutes = (minutes: number) => Date.now() + minutes * 60_000;

/** The result of `list`, with the remaining minutes instead of a time, which is not known exactly. */
async function listed(firewall: MachineFirewall): Promise<[address: string, minutes: number][]> {
  const blocks = await firewall.list();
  return blocks
    .map(({ address, until }): [string, number] => [address, Math.round((until - Date.now()) / 60_000)])
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

export function describeFirewall(host: string, hasOne: boolean, start: () => Promise<Guarded>): void {
  describe(`the firewall of ${host}`, () => {
    let guarded: Guarded;
    let firewall: MachineFirewall;
    beforeAll(async () => {
      guarded = await start();
      firewall = guarded.firewall;
    });
    afterAll(() => guarded.close());

    test('reports whether it exists', async () => {
      expect(await firewall.isAvailable()).toBe(hasOne);
      expect(await firewall.list()).toEqual([]);
    });

    test('silently ignores removing a block that does not exist', async () => {
      await firewall.unblock(FAR);
      await firewall.unblock(NETWORK);
      expect(await firewall.list()).toEqual([]);
    });

    test.each([
      '',
      'server.example.com',
      '198.51.100.0/24',
      '198.51.100.7/64',
      '2001:db8::1',
      '2001:db8::/48',
      'fe80::%eth0/64',
      '198.51.100.7 }; flush ruleset; {',
      '127.0.0.1',
      '127.255.255.254',
      '0.0.0.0',
      '::1/64',
      '::/64',
      '::ffff:198.51.100.7/64',
    ])('rejects blocking “%s”', async (address) => {
      await expect(firewall.block(address, inMinutes(1))).rejects.toThrow(TypeError);
      await expect(firewall.unblock(address)).rejects.toThrow(TypeError);
      expect(await firewall.list()).toEqual([]);
    });

    if (hasOne) {
      test('blocks addresses and networks until the given time, replacing an earlier one', async () => {
        await firewall.block(FAR, inMinutes(15));
        await firewall.block(NETWORK, inMinutes(60));
        expect(await listed(firewall)).toEqual([
          [FAR, 15],
          [NETWORK, 60],
        ]);
        await firewall.block(FAR, inMinutes(1440));
        await firewall.block(NETWORK, inMinutes(5));
        expect(await listed(firewall)).toEqual([
          [FAR, 1440],
          [NETWORK, 5],
        ]);
        for (const address of [FAR, FAR, NETWORK]) await firewall.unblock(address);
        expect(await firewall.list()).toEqual([]);
      });

      test('does not block an address whose time is over, and removes blocks when they expire', async () => {
        await firewall.block(FAR, Date.now() - 1);
        expect(await firewall.list()).toEqual([]);
        // On a busy machine, a second can be over before its block is set.
        let count = 0;
        for (let seconds = 1; count < 2; seconds *= 4) {
          await firewall.block(FAR, Date.now() + seconds * 1000);
          await firewall.block(NETWORK, Date.now() + seconds * 1000);
          count = (await firewall.list()).length;
        }
        await until(async () => (await firewall.list()).length === 0, 'both were let in');
      });

      test('accepts many blocks, from several calls at once', async () => {
        const addresses = Array.from({ length: 40 }, (_, at) =>
          at % 2 === 0 ? `203.0.113.${at}` : `2001:db8:0:${(at >> 1).toString(16)}::/64`,
        );
        await Promise.all(addresses.map((address) => firewall.block(address, inMinutes(60))));
        const expected = addresses.map((address) => address.replace(':0:0::', '::'));
        expect((await firewall.list()).map(({ address }) => address).sort()).toEqual([...expected].sort());
        await Promise.all(addresses.map((address) => firewall.unblock(address)));
        expect(await firewall.list()).toEqual([]);
      });
    } else {
      test('blocks no address, and gives the reason', async () => {
        await expect(firewall.block(FAR, inMinutes(1))).rejects.toThrow(MachineError);
        expect(await firewall.list()).toEqual([]);
      });
    }
  });
}
