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

use core\task\scheduled_task;
use mod_lticontainer\local\client;
use mod_lticontainer\local\command;
use mod_lticontainer\local\reconciliation;
use mod_lticontainer\local\registration;
use mod_lticontainer\local\rosters;
use mod_lticontainer\local\site_update;

/**
 * Tells the service of all LTI activities of the site, and has all their system lines made anew, for what no event has told:
 * also the service's own settings and keys may have changed.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class register_site extends scheduled_task {
    /**
     * Returns the name of the task.
     *
     * @return string
     */
    public function get_name() {
        return get_string('task_register_site', 'mod_lticontainer');
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
        $info = $client->call(command::call('get_site_info'));
        if (site_update::apply($client)) {
            after_upgrade::done();
        }
        foreach (registration::courses() as $courseid) {
            site_update::told(fn(): int => rosters::send($courseid, $client, $info), "Roster of course $courseid: ");
        }
        $gone = site_update::told(fn(): int => reconciliation::apply($client, $info), 'Activities that are gone: ');
        mtrace("$gone activities are gone.");
    }
}
