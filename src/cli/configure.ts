// whmapi1 --configure: lists the profiles, or writes one from options or from answers at a terminal.
import { listProfiles, profileOf, readProfileFrom } from '../remote/configure.ts';
import type { RemoteOptions } from '../remote/options.ts';
import { profilesPath, writeProfile } from '../remote/profiles.ts';
import { writeStderr, type Io } from './io.ts';
import { withSetupErrors, createRemoteEnvironment } from './remote-environment.ts';

export async function configure(options: RemoteOptions, io: Io): Promise<number> {
  const context = createRemoteEnvironment(io);
  return withSetupErrors(async () => {
    if (options.profile !== undefined && options.hosts.length > 0) {
      writeProfile(options.profile, profileOf(options, context), context);
      writeStderr(io, `whmapi1: ${profilesPath(context)} has the profile ${options.profile}.\n`);
      return 0;
    }
    io.stdout.write(listProfiles(context));
    if (context.ask === undefined) return 0;
    const written = await readProfileFrom(context.ask, context, options.profile);
    if (written === undefined) return 0;
    writeProfile(written.name, written.profile, context);
    writeStderr(io, `whmapi1: ${profilesPath(context)} has the profile ${written.name}.\n`);
    return 0;
  });
}
