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

use core\task\adhoc_task;
use core\task\manager;
use mod_lticontainer\local\client;
use mod_lticontainer\local\host_mapping;
use mod_lticontainer\local\old_tokens;
use mod_lticontainer\local\registration;
use mod_lticontainer\local\renewal;
use moodle_exception;

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
    /** @var string Setting: whether it has not been done yet. */
    private const PENDING = 'upgradepending';

    /**
     * Has it done soon.
     */
    public static function queue(): void {
        set_config(self::PENDING, 1, 'mod_lticontainer');
        manager::queue_adhoc_task(new self(), true);
    }

    /**
     * Tells whether it has not been done yet.
     *
     * @return bool
     */
    public static function is_pending(): bool {
        return (bool) get_config('mod_lticontainer', self::PENDING);
    }

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
        $renewal = new renewal($client);
        if (!$renewal->is_way_open()) {
            // With the old lines Moodle still takes the records.
            throw new moodle_exception('check_records_wrong_remedy', 'mod_lticontainer');
        }
        $changed = 0;
        foreach (registration::courses() as $courseid) {
            $changed += $renewal->course($courseid, true);
        }
        mtrace("$hosts instances have got their host, $registered activities are registered, system lines of $changed made anew.");
        old_tokens::report();
        unset_config(self::PENDING, 'mod_lticontainer');
    }

    /**
     * Has done what has waited for settings that name a service.
     */
    public static function settings_changed(): void {
        client::reset();
        if (!client::is_configured()) {
            return;
        }
        if (self::is_pending()) {
            self::queue();
        }
        client::remember_service();
        foreach (registration::courses() as $courseid) {
            register_course::queue($courseid, true);
        }
    }
}
