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
use mod_lticontainer\local\client;
use mod_lticontainer\local\names;
use mod_lticontainer\local\person;
use mod_lticontainer\local\person_rows;
use mod_lticontainer\local\registration;

/**
 * Notes the names of users of whom something was stored before names were noted.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

class learn_names extends adhoc_task {
    /**
     * Does it. Where the service is away Moodle tries again, later and later.
     */
    public function execute() {
        $noted = names::learn(person_rows::names());
        foreach (client::is_configured() ? registration::courses() : [] as $courseid) {
            $noted += names::learn(person::names_in_course($courseid));
        }
        mtrace("$noted names are noted.");
    }
}
