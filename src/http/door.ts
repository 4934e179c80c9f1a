// The doors of this server: WHM (2087), the interface of accounts (2083) and webmail (2096). They share logins, limits
// and pages.
import type { Application } from '../app/app.ts';
import type { Log } from './log.ts';
import type { LoginService } from '../capabilities/logins/rules/callers.ts';

export interface Door {
  readonly application: Application;
  readonly service: LoginService;
  readonly log: Log;
}

/** Browsers send cookies to every port of a host, so each door has its own. The names are those that clients expect. */
export const SESSION_COOKIES: Readonly<Record<LoginService, string>> = {
  whostmgrd: 'whostmgrsession',
  cpaneld: 'cpsession',
  webmaild: 'webmailsession',
};

/** The cookies that cPanel ends before it sets that of the session. Nothing reads them here. */
export const RELOGIN_COOKIES: Readonly<Record<LoginService, string>> = {
  whostmgrd: 'whostmgrrelogin',
  cpaneld: 'cprelogin',
  webmaild: 'webmailrelogin',
};
