<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\task;

use core\message\message;
use core\task\adhoc_task;
use core\task\manager;
use core_user;
use mod_lticontainer\local\client;
use mod_lticontainer\local\curl_transport;
use mod_lticontainer\local\host_mapping;
use mod_lticontainer\local\records_path;
use mod_lticontainer\local\registration;
use mod_lticontainer\local\system_lines;
use moodle_exception;
use moodle_url;

/**
 * Does after an upgrade from 1.6.3 what needs the service: hosts, registration, and system lines of all activities.
 *
 * Until the settings name a service it only waits. Where the service is away Moodle tries again, later and later.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class after_upgrade extends adhoc_task {
    /**
     * Does it.
     */
    public function execute() {
        if (!client::is_configured()) {
            mtrace(get_string('servicenotset', 'mod_lticontainer'));
            return;
        }
        $client = client::in_background();
        $hosts = host_mapping::apply($client);
        $registered = registration::site($client);
        if (records_path::look($client, curl_transport::from_settings())->state === records_path::WRONG) {
            // With new lines every record would be refused; with the old ones Moodle still takes them.
            throw new moodle_exception('check_records_wrong_remedy', 'mod_lticontainer');
        }
        $changed = 0;
        foreach (registration::courses() as $courseid) {
            $changed += system_lines::renew($courseid, $client, true);
        }
        mtrace("$hosts instances have got their host, $registered activities are registered, system lines of $changed made anew.");
        if ($changed) {
            self::tell_admins($changed);
        }
        unset_config('upgradepending', 'mod_lticontainer');
    }

    /**
     * Has done what has waited for settings that name a service.
     */
    public static function settings_changed(): void {
        client::reset();
        if (!client::is_configured()) {
            return;
        }
        if (get_config('mod_lticontainer', 'upgradepending')) {
            manager::queue_adhoc_task(new self(), true);
        }
        client::remember_service();
        manager::queue_adhoc_task(new learn_names(), true);
        foreach (registration::courses() as $courseid) {
            register_course::queue($courseid);
        }
    }

    /**
     * Tells the administrators that the old token can be revoked.
     *
     * @param int $count How many activities have carried it.
     */
    private static function tell_admins(int $count): void {
        $url = new moodle_url('/admin/webservice/tokens.php');
        foreach (get_admins() as $admin) {
            $text = fn(string $name) => get_string_manager()->get_string($name, 'mod_lticontainer', $count, $admin->lang);
            $message = new message();
            $message->component = 'mod_lticontainer';
            $message->name = 'oldtoken';
            $message->userfrom = core_user::get_noreply_user();
            $message->userto = $admin;
            $message->notification = 1;
            $message->subject = $text('oldtoken_subject');
            $message->smallmessage = $message->subject;
            $message->fullmessage = $text('oldtoken_text') . "\n" . $url->out(false);
            $message->fullmessageformat = FORMAT_PLAIN;
            $message->fullmessagehtml = '';
            $message->contexturl = $url->out(false);
            $message->contexturlname = $text('oldtoken_link');
            message_send($message);
        }
    }
}
