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

namespace mod_lticontainer\local;

use stdClass;

/**
 * The token that opens the records of one LTI activity and nothing else.
 *
 * The service makes it, and Moodle keeps it in the parameters of the activity. The ids of instance and activity stand in
 * front, 16 digits each; the code behind them can't be guessed.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class activity_token {
    /**
     * Returns the activity that a token names, whether it is its token or not.
     *
     * @param string $token The token.
     * @return int Id of the LTI activity; 0 where it names none.
     */
    public static function named_lti(string $token): int {
        $id = preg_match('/^[0-9a-f]{64}$/D', $token) ? hexdec(substr($token, 16, 16)) : 0;
        return is_int($id) ? $id : 0;
    }

    /**
     * Finds the activity whose token Moodle itself knows it to be.
     *
     * @param string $token The token.
     * @return stdClass|null Its id and its course; null where the token is nobody's.
     */
    public static function owner(string $token): ?stdClass {
        global $DB;
        $ltiid = self::named_lti($token);
        $fields = 'id, course, instructorcustomparameters';
        $lti = $ltiid ? $DB->get_record('lti', ['id' => $ltiid], $fields) : false;
        if (!$lti || !hash_equals(system_lines::token((string) $lti->instructorcustomparameters), $token)) {
            return null;
        }
        return (object) ['id' => (int) $lti->id, 'course' => (int) $lti->course];
    }
}
