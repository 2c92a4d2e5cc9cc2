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

use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;

/**
 * The lines of custom parameters that the system writes: whose activity it is, and where records go.
 *
 * A copy of an activity carries those of the activity that it was made from. Two of them are dangerous there, as records
 * would go on the other one's account; they are taken out at once, and the service makes all of them anew.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class system_lines {
    /** @var string Whose activity it is: instance and LTI activity. */
    private const SESSIONINFO = 'lms_sessioninfo';

    /** @var string The token that opens it. */
    private const TOKEN = 'lms_rpctoken';

    /** @var string[] All that the system writes. */
    public const NAMES = [
        self::SESSIONINFO, self::TOKEN, 'lms_course', 'lms_ltiname', 'lms_serverurl', 'lms_serverpath', 'lms_iframe',
    ];

    /**
     * Returns the instance that a text names.
     *
     * @param string $text Custom parameters.
     * @return int Its id; 0 where it names none.
     */
    public static function named_instance(string $text): int {
        return self::ids($text)[0];
    }

    /**
     * Returns the token that a text holds.
     *
     * @param string $text Custom parameters.
     * @return string Empty where it holds none.
     */
    public static function token(string $text): string {
        foreach (self::lines($text) as $line) {
            if (self::name($line) === self::TOKEN) {
                return trim(explode('=', $line, 2)[1] ?? '');
            }
        }
        return '';
    }

    /**
     * Tells whether the system has written lines into a text.
     *
     * @param string $text Custom parameters.
     * @return bool
     */
    public static function has_any(string $text): bool {
        return array_intersect(self::NAMES, array_map(self::name(...), self::lines($text))) !== [];
    }

    /**
     * Tells whether the lines of a text are those of an activity.
     *
     * @param string $text Custom parameters.
     * @param int $ltiid Id of the activity.
     * @return bool
     */
    public static function are_of(string $text, int $ltiid): bool {
        return self::ids($text)[1] === $ltiid;
    }

    /**
     * Takes the lines out of a text that say whose activity it is, and open it.
     *
     * @param string $text Custom parameters.
     * @return string
     */
    public static function without_identity(string $text): string {
        $dangerous = [self::SESSIONINFO, self::TOKEN];
        $kept = array_filter(self::lines($text), fn(string $line) => !in_array(self::name($line), $dangerous, true));
        return implode("\r\n", $kept);
    }

    /**
     * Takes them out of activities that have them from others.
     *
     * @param int[] $ltiids Ids of LTI activities.
     */
    public static function disown(array $ltiids): void {
        global $DB;
        $rows = $DB->get_records_list('lti', 'id', $ltiids, 'id', 'id, instructorcustomparameters');
        foreach ($rows as $row) {
            $text = (string) $row->instructorcustomparameters;
            if (self::named_instance($text) !== 0 && !self::are_of($text, (int) $row->id)) {
                $DB->set_field('lti', 'instructorcustomparameters', self::without_identity($text), ['id' => $row->id]);
            }
        }
    }

    /**
     * Has the lines of a course's activities made anew. The activities are registered before.
     *
     * @param int $courseid Id of the course.
     * @param client $client The service.
     * @param bool $all Whether all are made anew, or only those that are not those of their activity.
     * @return int How many texts have changed.
     * @throws service_exception
     */
    public static function renew(int $courseid, client $client, bool $all): int {
        global $DB;
        $coursename = (string) $DB->get_field('course', 'fullname', ['id' => $courseid]);
        $instances = activities::instances($courseid);
        $changed = 0;
        foreach (activities::of_course($courseid) as $activity) {
            $responsible = self::has_any($activity->text) ? activities::responsible($activity, $instances) : null;
            $isown = self::ids($activity->text) === [$responsible, $activity->id];
            if ($responsible !== null && ($all || !$isown)) {
                $context = $activity->context($responsible, $coursename);
                $changed += self::renew_one($activity, $context, $client) ? 1 : 0;
            }
        }
        return $changed;
    }

    /**
     * Has the lines of one activity made anew.
     *
     * @param activity $activity The activity.
     * @param array $context What the service has to know of it.
     * @param client $client The service.
     * @return bool Whether its text has changed.
     * @throws service_exception
     */
    private static function renew_one(activity $activity, array $context, client $client): bool {
        $arguments = ['source_text' => $activity->text, 'contexts' => [$context]];
        try {
            $answer = $client->call(command::call('copy_custom_params', $arguments));
        } catch (service_refused $fault) {
            if ($fault->servicecode !== 'invalidparameter') {
                throw $fault;
            }
            // This text can't be read at all; the others can.
            return false;
        }
        $text = (string) ($answer['copies'][0]['text'] ?? '');
        // Empty: the text has an error that its teacher has to mend on the page of the activity.
        return $text !== '' && $text !== $activity->text && self::replace($activity, $text);
    }

    /**
     * Writes a text, unless somebody else has written it meanwhile.
     *
     * @param activity $activity The activity, with the text that was read.
     * @param string $text The new text.
     * @return bool Whether it was written.
     */
    private static function replace(activity $activity, string $text): bool {
        global $DB;
        $now = (string) $DB->get_field('lti', 'instructorcustomparameters', ['id' => $activity->id]);
        if ($now !== $activity->text) {
            return false;
        }
        return $DB->set_field('lti', 'instructorcustomparameters', $text, ['id' => $activity->id]);
    }

    /**
     * Returns the ids of instance and LTI activity that a text names.
     *
     * @param string $text Custom parameters.
     * @return int[] Two ids, each 0 where there is none.
     */
    private static function ids(string $text): array {
        foreach (self::lines($text) as $line) {
            if (self::name($line) === self::SESSIONINFO && preg_match('/=\s*(\d+)\s*,\s*(\d+)\s*$/', $line, $found)) {
                return [(int) $found[1], (int) $found[2]];
            }
        }
        return [0, 0];
    }

    /**
     * Returns the lines of a text.
     *
     * @param string $text Custom parameters.
     * @return string[]
     */
    private static function lines(string $text): array {
        return preg_split('/\r\n|\r|\n/', $text);
    }

    /**
     * Returns the name of a line.
     *
     * @param string $line The line.
     * @return string
     */
    private static function name(string $line): string {
        return trim(explode('=', $line, 2)[0]);
    }
}
