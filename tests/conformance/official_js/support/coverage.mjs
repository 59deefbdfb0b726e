// What the public members of the official client are proven by: names of cases that the suite must have.
export const COVERAGE = {
  client: [
    'connect_init', 'raw_init_reply', 'connect_deprecated_create',
    'connect_bad_signature', 'connect_no_chat_grant', 'connect_foreign_service', 'connect_foreign_account',
    'connect_unknown_key', 'connect_garbage_token', 'connect_alg_none', 'connect_expired_token',
    'token_expires', 'token_about_to_expire_and_update', 'update_token_bad', 'update_token_other_identity',
    'shutdown',
    'create_conversation', 'create_conversation_defaults', 'error_unique_name_conflict',
    'get_by_sid_and_unique_name', 'get_by_unique_name_escaped', 'error_not_found', 'error_forbidden_to_strangers',
    'subscribed_conversations_paging', 'add_before_first_login',
    'user_update', 'error_unknown_user', 'push_registration', 'reachability',
    'content_templates_empty', 'content_templates',
  ],
  conversation: [
    'join_and_leave', 'add_participant', 'remove_participant', 'participant_leaves', 'conversation_delete',
    'conversation_delete_unjoined', 'error_delete_by_non_creator', 'error_join_twice', 'rejoin_after_removal',
    'strange_identities', 'add_non_chat_participant', 'large_roster_paging',
    'conversation_update', 'error_update_unique_name_conflict', 'notification_level', 'read_horizon', 'two_devices',
    'send_text', 'send_unicode', 'send_null', 'concurrent_sends', 'typing', 'error_typing_stranger',
    'message_history_backwards', 'message_history_forwards', 'message_history_page_size',
    'message_history_anchor_is_included', 'message_history_with_holes',
  ],
  'message, media, participant, user': [
    'message_update', 'message_remove', 'message_extras', 'message_recipients_empty', 'error_foreign_message',
    'error_message_gone', 'message_builder_extras', 'media_simple', 'media_builder', 'media_requires_token',
    'content_template_sent', 'delivery_receipts_empty', 'delivery_receipts_imported',
    'participant_update_attributes', 'user_persisted',
  ],
  'beyond the interface': [
    'reconnect_replays_missed_events', 'reconnect_before_subscribed', 'reconnect_missed_removal',
    'reconnect_missed_deletion', 'reconnect_flapping', 'reconnect_sends_queued_requests',
    'reconnect_keeps_continuation_token', 'error_rate_limit',
    'isolation_sync_objects', 'removed_participant_is_cut_off', 'raw_removed_member_gets_nothing',
    'raw_garbage_is_refused', 'raw_bad_header_size', 'raw_text_frame', 'raw_before_init', 'raw_unknown_route',
    'raw_mutation_id_repeated', 'raw_expiry_closes_with_410',
  ],
  'the older product': [
    'legacy_start', 'legacy_public_channels', 'legacy_join_public', 'legacy_members', 'legacy_messages',
    'legacy_history', 'legacy_invite_and_accept', 'legacy_decline', 'legacy_consumption_horizon', 'legacy_typing',
    'legacy_media', 'legacy_users', 'legacy_delete', 'legacy_and_new_on_the_same_data',
  ],
};
