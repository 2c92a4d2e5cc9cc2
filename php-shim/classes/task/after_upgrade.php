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

use mod_lticontainer\local\client;
use mod_lticontainer\local\registration;
use mod_lticontainer\local\site_update;
use moodle_exception;

/**
 * Does after an upgrade from 1.6.3 what needs the service: hosts, registration, and system lines of all activities.
 *
 * Until the settings name a service it only waits. It is tried again until it is done; the nightly task does it as well.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class after_upgrade extends lasting_task {
    /** @var string Setting: whether it has not been done yet. */
    private const PENDING = 'upgradepending';

    /**
     * Has it done soon.
     */
    public static function queue(): void {
        set_config(self::PENDING, 1, 'mod_lticontainer');
        self::put([]);
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
        if (!self::is_pending()) {
            return;
        }
        if (!client::is_configured()) {
            mtrace(get_string('servicenotset', 'mod_lticontainer'));
            return;
        }
        if (!site_update::apply(client::in_background())) {
            // With the old lines Moodle still takes the records.
            throw new moodle_exception('check_records_wrong_remedy', 'mod_lticontainer');
        }
        self::done();
    }

    /**
     * Notes that it has been done.
     */
    public static function done(): void {
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
