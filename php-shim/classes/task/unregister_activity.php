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
use mod_lticontainer\local\command;

/**
 * Tells the service that an LTI activity is gone, so that it refuses its token. What students have done in it is kept.
 *
 * A day after it is gone: containers that run meanwhile have a token that cannot be taken out of them, and the records of
 * a class whose activity was deleted by mistake are not lost.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class unregister_activity extends lasting_task {
    /**
     * Has it done in a day; once, however often it is asked for meanwhile.
     *
     * @param int $ltiid Id of the LTI activity.
     * @param int $courseid Id of the course in which it was.
     */
    public static function queue(int $ltiid, int $courseid): void {
        self::put(['ltiid' => $ltiid, 'courseid' => $courseid], time() + DAYSECS);
    }

    /**
     * Does it. Where the service is away Moodle tries again, later and later.
     */
    public function execute() {
        global $DB;
        ['ltiid' => $ltiid, 'courseid' => $courseid] = (array) $this->get_custom_data();
        if (!client::is_configured() || $DB->record_exists('lti', ['id' => $ltiid])) {
            return;
        }
        $arguments = ['ltis' => [['lti_id' => $ltiid, 'course_id' => $courseid]]];
        client::in_background()->call(command::call('unregister_ltis', $arguments));
        mtrace("The token of activity $ltiid, which is gone, is refused from now on.");
    }
}
