/**
 * What the browser part of a Meteor app asks of any server, whatever the app is.
 *
 * @module
 */

import type { Ddp } from "../create-ddp.ts";
import type { Publication } from "../publications/publications.ts";

/** Package `autoupdate`: which versions of the app are current; and `accounts-base`: which services somebody may log in with. */
const NAMES = ["meteor_autoupdate_clientVersions", "meteor.loginServiceConfiguration"];

/** (None: so a browser never reloads because of them.) */
const nothing: Publication = (subscription) => subscription.ready();

/**
 * Lets Meteor's browser apps connect without complaints: offers the publications that each of them subscribes to, empty.
 *
 * @throws TypeError when there is one of them already.
 */
export function meteorCompat(ddp: Ddp): void {
  for (const name of NAMES) ddp.publish(name, nothing);
}
