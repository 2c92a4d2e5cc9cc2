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
        if (!$ltiid || !hash_equals(self::present($token), $token)) {
            return null;
        }
        return (object) ['id' => $ltiid, 'course' => (int) $DB->get_field('lti', 'course', ['id' => $ltiid])];
    }

    /**
     * Returns the token that Moodle keeps now for the activity that a token names.
     *
     * @param string $token The token, which may be a former one.
     * @return string Empty where there is none, or none of the form.
     */
    public static function present(string $token): string {
        global $DB;
        $ltiid = self::named_lti($token);
        $text = $ltiid ? $DB->get_field('lti', 'instructorcustomparameters', ['id' => $ltiid]) : '';
        $present = system_lines::token((string) $text);
        return self::named_lti($present) === $ltiid ? $present : '';
    }
}
