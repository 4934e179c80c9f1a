// whmapi1 --configure: lists the profiles, or writes one from options or from answers at a terminal.
import { listProfiles, profileOf, readProfileFrom } from '../remote/configure.ts';
import type { RemoteOptions } from '../remote/options.ts';
import { profilesPath, writeProfile } from '../remote/profiles.ts';
import { writeStderr, type Io } from './io.ts';
import { withSetupErrors, createRemoteEnvironment } from './world.ts';

export async function configure(options: RemoteOptions, io: Io): Promise<number> {
  const world = createRemoteEnvironment(io);
  return withSetupErrors(async () => {
    if (options.profile !== undefined && options.hosts.length > 0) {
      writeProfile(options.profile, profileOf(options, world), world);
      writeStderr(io, `whmapi1: ${profilesPath(world)} has the profile ${options.profile}.\n`);
      return 0;
    }
    io.stdout.write(listProfiles(world));
    if (world.ask === undefined) return 0;
    const written = await readProfileFrom(world.ask, world, options.profile);
    if (written === undefined) return 0;
    writeProfile(written.name, written.profile, world);
    writeStderr(io, `whmapi1: ${profilesPath(world)} has the profile ${written.name}.\n`);
    return 0;
  });
}
