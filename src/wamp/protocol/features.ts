/**
 * What each role announces that it can do (WAMP specification, "Feature Announcement").
 *
 * @module
 */

import { isDict } from "./dict.ts";
import type { RoleName, Roles } from "./messages.ts";

export const ROUTER_ROLES: Roles = {
  broker: {
    features: {
      event_history: true,
      event_retention: true,
      pattern_based_subscription: true,
      payload_passthru_mode: true,
      publication_trustlevels: true,
      publisher_exclusion: true,
      publisher_identification: true,
      session_meta_api: true,
      subscriber_blackwhite_listing: true,
      subscription_meta_api: true,
      subscription_revocation: true,
    },
  },
  dealer: {
    features: {
      call_canceling: true,
      call_timeout: true,
      call_trustlevels: true,
      caller_identification: true,
      pattern_based_registration: true,
      payload_passthru_mode: true,
      progressive_call_invocations: true,
      progressive_call_results: true,
      registration_meta_api: true,
      registration_revocation: true,
      session_meta_api: true,
      shared_registration: true,
      testament_meta_api: true,
    },
  },
};

export const CLIENT_ROLES: Roles = {
  publisher: {
    features: {
      payload_passthru_mode: true,
      publisher_exclusion: true,
      publisher_identification: true,
      subscriber_blackwhite_listing: true,
    },
  },
  subscriber: {
    features: {
      pattern_based_subscription: true,
      payload_passthru_mode: true,
      publication_trustlevels: true,
      publisher_identification: true,
      subscription_revocation: true,
    },
  },
  caller: {
    features: {
      call_canceling: true,
      call_timeout: true,
      caller_identification: true,
      payload_passthru_mode: true,
      progressive_call_invocations: true,
      progressive_call_results: true,
    },
  },
  callee: {
    features: {
      call_canceling: true,
      call_timeout: true,
      call_trustlevels: true,
      caller_identification: true,
      pattern_based_registration: true,
      payload_passthru_mode: true,
      progressive_call_invocations: true,
      progressive_call_results: true,
      registration_revocation: true,
      shared_registration: true,
    },
  },
};

/** Whether a peer announced a feature: only `true` counts. */
export function announces(roles: Roles, role: RoleName, feature: string): boolean {
  const features = roles[role]?.features;
  return isDict(features) && Object.hasOwn(features, feature) && features[feature] === true;
}
