// No check of --doctor and of fetch_security_advice proposes a command that destroys data.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const top = resolve(__dirname, '../../src');
const checks = readdirSync(top, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\/checks\/[\w-]+\.ts$/.test(path),
);

/** The names of functions, tools and options that remove what may be the only copy. */
const DESTROYING =
  /\b(?:removeacct|terminate\w*|kill\w+|delete_?\w*|(?:drop|remove|purge|uninstall)_?\w*)\b(?=[^\n]*[`'])|(?<![\w.])(?:rm|rmdir|shred|dd|mkfs\w*|userdel|groupdel|deluser|wipefs|truncate)\s|\bsed -i\b|--(?:purge|remove)\b/;

/** The texts in backquotes or quotes that begin like a command. */
function commandsIn(text: string): string[] {
  const code = text.replace(/^\s*(?:\/\/|\/\*|\*).*$/gm, '');
  const starts =
    /[`'](?:whmapi1|uapi|cpapi2|systemctl|apt|rm|sed|du|usermod|userdel|chown|chmod|install|mv|cp|find|setfacl|nft|timedatectl|mount)\b[^\n]*/g;
  return [...code.matchAll(starts)].map(([line]) => line);
}

test.each(checks)('%s', (file) => {
  const commands = commandsIn(readFileSync(join(top, file), 'utf8'));
  expect(commands.filter((line) => DESTROYING.test(line))).toEqual([]);
});

test.each([
  '`whmapi1 removeacct user=${username}`',
  '`rm -r --one-file-system -- ${word(place)}`',
  '`uapi --user=${word(owner)} Mysql delete_host host=${word(host)}`',
  "'whmapi1 killdns domain=bob.example'",
  '`whmapi1 terminatereseller user=bob`',
  '`userdel bob`',
])('refuses %s', (line) => {
  expect(commandsIn(line).some((one) => DESTROYING.test(one))).toBe(true);
});
