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
use mod_lticontainer\local\copies;
use mod_lticontainer\local\tools;

/**
 * Looks for what Moodle tells nobody of: activities that were restored alone, and changes of tools.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class follow_changes extends scheduled_task {
    /**
     * Returns the name of the task.
     *
     * @return string
     */
    public function get_name() {
        return get_string('task_follow_changes', 'mod_lticontainer');
    }

    /**
     * Does it.
     */
    public function execute() {
        $copies = copies::find();
        $courses = tools::follow();
        mtrace("$copies activities had the system lines of others, tools of $courses courses have changed.");
    }
}
