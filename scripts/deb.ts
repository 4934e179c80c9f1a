// Builds whmapi1_VERSION_ARCH.deb from the built program: `npm run deb`. scripts/README.md says why dpkg-deb alone.
// The same tree and SOURCE_DATE_EPOCH give the same bytes.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { addonName } from './build/addons.ts';
import { clients, compileNatives } from './build/client.ts';
import { changelog, control, copyright, withoutAddress } from './deb/documents.ts';
import { schemaVersion } from '../src/store/schema-version.generated.ts';
import { PackageTree } from './deb/tree.ts';
import { withoutCodeCache } from './deb/without-code-cache.ts';

const top = join(import.meta.dirname, '..');
const { version: ownVersion } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as {
  version: string;
};
const { values: options } = parseArgs({
  options: { version: { type: 'string', default: ownVersion }, output: { type: 'string', default: '.' } },
});
const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? timeOfLastCommit());
const architecture = tool('dpkg', '--print-architecture');
const tree = new PackageTree(top);

/** dpkg replaces these files one by one. `postinst` copies them as a whole, and programs are started from that copy. */
const PROGRAM = 'usr/lib/whmapi1/shipped';
const STARTED = 'lib/whmapi1/current';
const ADDON = `dist/${addonName(process.arch)}`;
const DOCUMENTS = 'usr/share/doc/whmapi1';

try {
  process.stdout.write(`${build()}\n`);
} finally {
  tree.remove();
}

/** @returns the package's path. */
function build(): string {
  placeProgram();
  placeCompletions();
  placeManPages();
  placeDocuments();
  tree.place('systemd/whmapi1d.service', 'usr/lib/systemd/system/whmapi1d.service');
  tree.place('scripts/deb/default', 'etc/default/whmapi1');
  tree.place('share/pam.d/whmapi1', 'etc/pam.d/whmapi1');
  placeControl(tree.kilobytes());
  const file = resolve(options.output, `whmapi1_${options.version}_${architecture}.deb`);
  tree.build(seconds, file);
  return file;
}

function placeProgram(): void {
  for (const path of readdirSync(join(top, 'dist'), { recursive: true, encoding: 'utf8' })) {
    const from = join(top, 'dist', path);
    if (lstatSync(from).isFile() && !path.endsWith('.node'))
      tree.write(join(PROGRAM, 'dist', path), withoutCodeCache(readFileSync(from)));
  }
  placeNatives();
  rmSync(join(tree.folder, PROGRAM, 'dist/THIRD-PARTY-NOTICES.txt'));
  tree.place('bin/package.json', `${PROGRAM}/bin/package.json`);
  for (const [name, link] of [
    ['cpapi2', undefined],
    ['uapi', undefined],
    ['whmapi1', undefined],
    ['whmapi1d', 'usr/sbin/whmapi1d'],
  ] as const) {
    // The Node of the package's dependency, whatever PATH says.
    const text = readFileSync(join(top, 'bin', name), 'utf8').replace(/^#!.*/, '#!/usr/bin/node');
    tree.write(`${PROGRAM}/bin/${name}`, text, 0o755);
    if (link !== undefined) tree.symlink(`../${STARTED}/bin/${name}`, link);
  }
  tree.place('share/ssh-askpass', `${PROGRAM}/share/ssh-askpass`, 0o755);
  tree.place(ADDON, `${PROGRAM}/${ADDON}`);
  execFileSync('strip', ['--strip-unneeded', '--remove-section=.comment', join(tree.folder, PROGRAM, ADDON)]);
}

/** What is compiled. The commands start the Node of the package's dependency where they need one. */
function placeNatives(): void {
  const folder = join(tree.folder, PROGRAM, 'dist');
  for (const name of clients) rmSync(join(folder, name), { force: true });
  if (!compileNatives({ folder, dist: join(top, 'dist'), node: '/usr/bin/node' })) {
    throw new Error('The package needs a C compiler: install gcc and libc6-dev.');
  }
  for (const name of clients) {
    chmodSync(join(folder, name), 0o755);
    tree.symlink(`../${STARTED}/dist/${name}`, `usr/bin/${name}`);
  }
}

/** Each where its shell looks, and where `whmapi1 --completion` looks. */
function placeCompletions(): void {
  for (const [ours, theirs] of [
    ['bash-completion/completions/whmapi1', 'bash-completion/completions/whmapi1'],
    ['zsh/site-functions/_whmapi1', 'zsh/vendor-completions/_whmapi1'],
    ['fish/vendor_completions.d/whmapi1.fish', 'fish/vendor_completions.d/whmapi1.fish'],
  ] as const) {
    tree.place(`share/${ours}`, `usr/share/${theirs}`);
    tree.symlink(`${'../'.repeat(ours.split('/').length + 3)}share/${theirs}`, `${PROGRAM}/share/${ours}`);
  }
  // bash and fish look for a file with the name of the command. zsh reads the first line of each file.
  for (const name of clients.filter((one) => one !== 'whmapi1')) {
    tree.symlink('whmapi1', `usr/share/bash-completion/completions/${name}`);
    tree.symlink('whmapi1.fish', `usr/share/fish/vendor_completions.d/${name}.fish`);
  }
}

function placeManPages(): void {
  for (const name of readdirSync(join(top, 'man'))) {
    tree.write(`usr/share/man/man${name.slice(-1)}/${name}.gz`, gzip(readFileSync(join(top, 'man', name))));
  }
}

function placeDocuments(): void {
  const notices = readFileSync(join(top, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  tree.write(`${DOCUMENTS}/copyright`, copyright(readFileSync(join(top, 'LICENSE'), 'utf8'), notices));
  // The program makes these diversions when a role is activated, so a purge takes them back.
  tree.write(
    'usr/share/lintian/overrides/whmapi1',
    `whmapi1: package-uses-local-diversion [postrm:*]\nwhmapi1: remove-of-unknown-diversion * [postrm:*]\n${withoutAddress('whmapi1')}`,
  );
  tree.write(`${DOCUMENTS}/changelog.gz`, gzip(changelog('whmapi1', options.version, seconds)));
  tree.write(`${DOCUMENTS}/CHANGELOG.md.gz`, gzip(readFileSync(join(top, 'CHANGELOG.md'))));
  tree.place('README.md', `${DOCUMENTS}/README.md`);
  const reasons = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('README.md'))
    .map((path) => `src/${path}`);
  const pages = readdirSync(join(top, 'docs')).map((name) => `docs/${name}`);
  for (const path of [...pages, ...reasons]) tree.place(path, `${DOCUMENTS}/${path}`);
}

function placeControl(kilobytes: number): void {
  tree.placeSums();
  tree.write('DEBIAN/conffiles', '/etc/default/whmapi1\n/etc/pam.d/whmapi1\n');
  tree.write(
    'DEBIAN/preinst',
    readFileSync(join(top, 'scripts/deb/preinst'), 'utf8').replace('@SCHEMA@', String(schemaVersion)),
    0o755,
  );
  for (const script of ['postinst', 'prerm', 'postrm', 'triggers']) {
    tree.place(`scripts/deb/${script}`, `DEBIAN/${script}`, script === 'triggers' ? 0o644 : 0o755);
  }
  tree.write(
    'DEBIAN/control',
    control({ version: options.version, architecture, kilobytes, libraries: libraries() }),
  );
}

/** What the addon and the native commands are linked with, as dpkg-shlibdeps finds it: “libc6 (>= 2.38), …”. */
function libraries(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-shlibs-'));
  const programs = clients.map((name) => `dist/${name}`);
  const binaries = [ADDON, ...programs].map((path) => `-e${join(tree.folder, PROGRAM, path)}`);
  try {
    mkdirSync(join(folder, 'debian'));
    // It refuses to work without this file.
    writeFileSync(join(folder, 'debian/control'), 'Source: whmapi1\n\nPackage: whmapi1\nArchitecture: any\n');
    const found = execFileSync('dpkg-shlibdeps', ['-O', ...binaries], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return found.replace('shlibs:Depends=', '').trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Seconds since the epoch; outside a clone, the time of the built program. */
function timeOfLastCommit(): number {
  try {
    return Number(tool('git', 'log', '-1', '--format=%ct'));
  } catch {
    return Math.floor(statSync(join(top, 'dist')).mtimeMs / 1000);
  }
}

function gzip(contents: string | Uint8Array): Uint8Array {
  return gzipSync(contents, { level: 9 });
}

function tool(name: string, ...words: string[]): string {
  return execFileSync(name, words, { cwd: top, encoding: 'utf8' }).trim();
}
