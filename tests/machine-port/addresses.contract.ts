// What every machine guarantees about its IP addresses.
import type { MachineAddresses, NewMachineAddress } from '../../src/core/machine-addresses.ts';

/** A machine with eth0, which has 192.0.2.2/24 as its main address, and 2001:db8::2/64. */
export interface Addressed {
  readonly addresses: MachineAddresses;
  close(): Promise<void>;
}

const on = (name: string) => (address: string, prefixLength: number) => ({
  address,
  prefixLength,
  interface: name,
});
const eth0 = on('eth0');

export async function listed(addresses: MachineAddresses): Promise<string[]> {
  return (await addresses.list())
    .filter(({ scope }) => scope === 'global')
    .map((one) =>
      [
        `${one.interface} ${one.address}/${one.prefixLength}`,
        ...(one.isMain ? ['main'] : []),
        ...(one.isAdded ? ['added'] : []),
        ...(one.isActive ? [] : ['inactive']),
      ].join(' '),
    );
}

export const OWN = ['eth0 192.0.2.2/24 main', 'eth0 2001:db8::2/64 main'];

export function describeAddresses(machine: string, start: () => Promise<Addressed>): void {
  describe(`the addresses of ${machine}`, () => {
    let addressed: Addressed;
    let addresses: MachineAddresses;
    beforeAll(async () => {
      addressed = await start();
      addresses = addressed.addresses;
    });
    afterAll(() => addressed.close());
    const all = async () => (await listed(addresses)).sort();

    test('are listed with their interface, family and scope', async () => {
      const found = await addresses.list();
      expect(found).toContainEqual({
        address: '192.0.2.2',
        prefixLength: 24,
        family: 4,
        interface: 'eth0',
        scope: 'global',
        isActive: true,
        isMain: true,
        isAdded: false,
      });
      expect(found.find(({ address }) => address === '127.0.0.1')).toMatchObject({
        interface: 'lo',
        scope: 'host',
        isMain: false,
      });
      expect(await all()).toEqual(OWN);
    });

    test('have an interface for new ones', async () => {
      expect(await addresses.findPlace(4)).toMatchObject({ interface: 'eth0' });
      expect(await addresses.findPlace(6)).toMatchObject({ interface: 'eth0' });
    });

    test('are added and removed, also repeatedly', async () => {
      const fresh = [eth0('192.0.2.10', 32), eth0('198.51.100.10', 24), eth0('2001:DB8:1:0::10', 128)];
      const after = [
        'eth0 192.0.2.10/32 added',
        OWN[0],
        'eth0 198.51.100.10/24 added',
        'eth0 2001:db8:1::10/128 added',
        OWN[1],
      ];
      for (let time = 0; time < 2; time++) {
        await addresses.add(fresh);
        expect(await all()).toEqual(after);
      }
      await addresses.add([eth0('192.0.2.11', 32)]);
      expect(await all()).toEqual([after[0], 'eth0 192.0.2.11/32 added', ...after.slice(1)]);
      for (let time = 0; time < 2; time++) {
        await addresses.remove(['192.0.2.10', '192.0.2.11', '2001:db8:0001::10', '203.0.113.99']);
        expect(await all()).toEqual([OWN[0], after[2], OWN[1]]);
      }
      await addresses.remove(['198.51.100.10']);
      expect(await all()).toEqual(OWN);
    });

    test('of a network are kept when its first one is removed', async () => {
      await addresses.add([1, 2, 3].map((last) => eth0(`198.51.100.${last}`, 24)));
      await addresses.remove(['198.51.100.1']);
      expect(await all()).toEqual([
        OWN[0],
        'eth0 198.51.100.2/24 added',
        'eth0 198.51.100.3/24 added',
        OWN[1],
      ]);
      await addresses.remove(['198.51.100.2', '198.51.100.3']);
      expect(await all()).toEqual(OWN);
    });

    test('are kept if somebody else configured them', async () => {
      const error = { code: 'not_ours' };
      await addresses.add([eth0('192.0.2.10', 32)]);
      await expect(addresses.remove(['192.0.2.10', '192.0.2.2'])).rejects.toMatchObject(error);
      await expect(addresses.remove(['127.0.0.1'])).rejects.toMatchObject(error);
      await expect(addresses.remove(['2001:db8::2'])).rejects.toMatchObject(error);
      expect(await all()).toEqual(['eth0 192.0.2.10/32 added', ...OWN]);
      await addresses.remove(['192.0.2.10']);
    });

    test.each<[string, NewMachineAddress, string]>([
      ['one that exists', eth0('192.0.2.2', 32), 'exists'],
      ['one that exists in the other family', eth0('2001:db8::2', 128), 'exists'],
      ['an unknown interface', on('eth9')('192.0.2.10', 32), 'not_found'],
    ])('are all added or none: %s', async (_, bad, code) => {
      await expect(addresses.add([eth0('192.0.2.77', 32), bad])).rejects.toMatchObject({ code });
      expect(await all()).toEqual(OWN);
    });

    test.each<[string, NewMachineAddress]>([
      ['no address', eth0('', 24)],
      ['a name', eth0('server.example.com', 24)],
      ['a network', eth0('192.0.2.0/24', 24)],
      ['a zone', eth0('fe80::1%eth0', 64)],
      ['another line', eth0('192.0.2.10/32 dev eth0\naddress flush dev eth0', 32)],
      ['an octet too many', eth0('192.0.2.10.1', 32)],
      ['a long prefix', eth0('192.0.2.10', 33)],
      ['no prefix', eth0('2001:db8::10', 0)],
      ['half a prefix', eth0('192.0.2.10', 24.5)],
      ['no interface', on('')('192.0.2.10', 32)],
      ['an option', on('-force')('192.0.2.10', 32)],
      ['an interface and more', on('eth0 scope')('192.0.2.10', 32)],
      ['a path', on('../eth0')('192.0.2.10', 32)],
    ])('reject %s', async (_, bad) => {
      await expect(addresses.add([bad])).rejects.toThrow(TypeError);
      if (bad.interface === 'eth0' && Number.isInteger(bad.prefixLength) && bad.address.length !== 10) {
        // An invalid address cannot be removed either.
        if (bad.address !== '2001:db8::10') {
          await expect(addresses.remove([bad.address])).rejects.toThrow(TypeError);
        }
      }
      expect(await all()).toEqual(OWN);
    });

    test('can be changed by several calls at once', async () => {
      const some = Array.from({ length: 12 }, (_, at) => eth0(`192.0.2.${100 + at}`, 32));
      await Promise.all(some.map((one) => addresses.add([one])));
      expect(await all()).toHaveLength(OWN.length + some.length);
      await Promise.all(some.map(({ address }) => addresses.remove([address])));
      expect(await all()).toEqual(OWN);
    });

    test('can be added in hundreds', async () => {
      const many = Array.from({ length: 254 }, (_, at) => eth0(`203.0.113.${at + 1}`, 24));
      await addresses.add(many);
      expect(await all()).toHaveLength(OWN.length + many.length);
      await addresses.remove(many.slice(0, 200).map(({ address }) => address));
      expect(await all()).toHaveLength(OWN.length + 54);
      await addresses.remove(many.map(({ address }) => address));
      expect(await all()).toEqual(OWN);
      const tooMany = Array.from({ length: 1025 }, (_, at) => eth0(`10.0.${at >> 8}.${at & 255}`, 32));
      await expect(addresses.add(tooMany)).rejects.toThrow(TypeError);
    });
  });
}
