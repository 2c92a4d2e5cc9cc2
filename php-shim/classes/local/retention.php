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

use context_course;
use stdClass;
use tool_dataprivacy\data_registry;
use tool_dataprivacy\expired_context;
use tool_dataprivacy\expired_contexts_manager;

/**
 * What a site has decided to keep, as its data registry says.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class retention {
    /**
     * Tells whether what a user has done in a course is kept, though they want it erased.
     *
     * Moodle asks this of each place that it is told of before it has anything erased there. Here it is asked of places that
     * could not be told.
     *
     * @param int $courseid Id of the course.
     * @param int $userid Id of the user.
     * @return bool
     */
    public static function protects(int $courseid, int $userid): bool {
        if (!class_exists(data_registry::class) || !data_registry::defaults_set()) {
            return false;
        }
        $context = context_course::instance($courseid, IGNORE_MISSING);
        $user = new stdClass();
        $user->id = $userid;
        return $context && !expired_contexts_manager::is_context_expired_or_unprotected_for_user($context, $user);
    }

    /**
     * Finds whose retention period in a course is over, as Moodle has found it last: it erases what is stored of them there,
     * or has done so.
     *
     * @param context_course $context Context of the course.
     * @param int[] $userids Ids of users.
     * @return int[] Those of them.
     */
    public static function expired(context_course $context, array $userids): array {
        $found = class_exists(expired_context::class) ? expired_context::get_record(['contextid' => $context->id]) : false;
        if (!$found) {
            return [];
        }
        // Roles may have periods of their own, longer or shorter ones. Whoever has one of the longer ones is kept.
        $over = self::holders($context, $found->get('expiredroles'));
        $over = $found->get('defaultexpired') ? $userids : array_intersect($userids, $over);
        return array_diff($over, self::holders($context, $found->get('unexpiredroles')));
    }

    /**
     * Finds who has one of some roles in a course.
     *
     * @param context_course $context Context of the course.
     * @param int[] $roles Ids of the roles.
     * @return int[] Ids of users.
     */
    private static function holders(context_course $context, array $roles): array {
        if (!$roles) {
            // Moodle would take it for all of them.
            return [];
        }
        return array_column(get_role_users($roles, $context, true, 'ra.id, u.id AS userid', 'ra.id'), 'userid');
    }
}
