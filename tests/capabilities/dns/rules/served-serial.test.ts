import { changedZone, serialOf, zoneFileOf } from '../../../../src/capabilities/dns/rules/changed-zone.ts';

const text = `$TTL 300
@ IN SOA ns.bob.example. hostmaster.bob.example. ( 2026112500 ; serial
  3600 600 86400 300 )
@ IN NS ns.bob.example.
`;
const zone = (servedSerial?: number) => ({ name: 'bob.example', text, servedSerial });
const today = new Date('2026-11-25T12:00:00Z');

it.each([
  [undefined, 2026112500],
  [2026112499, 2026112500],
  [2026112507, 2026112507],
])('a zone served with %s has the serial %d', (served, serial) => {
  expect(serialOf(zoneFileOf(zone(served)))).toBe(serial);
});

it('the next version has a higher one than the served one, and keeps its other text', () => {
  const changed = changedZone(zone(2026112507), {}, today);
  expect(changed.serial).toBe(2026112508);
  expect(changed.text).toBe(text.replace('2026112500', '2026112508'));
});
